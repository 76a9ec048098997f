declare module 'node-gyp-build' {
  /** Where the addon of the package in that folder is. Throws where there is none. */
  function resolve(packageRoot: string): string;
  export { resolve };
}
