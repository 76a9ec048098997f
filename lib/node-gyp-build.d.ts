declare module 'node-gyp-build' {
  /** Finds and loads the addon of the package in that folder. */
  function nodeGypBuild(packageRoot: string): unknown;
  namespace nodeGypBuild {
    /** The path of that addon. */
    function resolve(packageRoot: string): string;
  }
  export = nodeGypBuild;
}
