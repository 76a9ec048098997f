/**
 * Where the addon is: one exact file, whose place follows from the file that
 * this code runs from. Nothing above the package's own folder, or of a bundle
 * above the folder that it lies in, is ever looked at: anybody may be able to
 * write there.
 */

import { createRequire } from 'node:module';
import { win32 } from 'node:path';

/** The file that this code runs from. */
export interface CodeFile {
  readonly path: string;
  /** Whether a bundler made it; otherwise it is this package's own. */
  readonly bundled: boolean;
}

/** What tells where this code runs. */
export interface Running {
  /** `__filename`: a bundler may take it away, or write something else for it. */
  filename: unknown;
  /** `module.filename`, which only the module objects of Node.js have. */
  moduleFilename: unknown;
  /** Whether Node.js loaded this file as a module. */
  isLoaded: (file: string) => boolean;
  /** The program, which is its own script where it is a single executable application. */
  executable: string;
}

/** A file that may be the addon, and why it may be there. */
export interface Candidate {
  readonly file: string;
  readonly why: string;
}

/** The environment variable that names the addon, or a folder with it. */
export const PREBUILD_VARIABLE = 'SECUR32_PREBUILD';

/** Whether a path names the same file whatever the current folder and drive are. */
export function isFullPath(path: string): boolean {
  return win32.isAbsolute(path) && win32.parse(path).root.length > 1;
}

/** Whether a folder is that of a drive or share, where any user may make folders. */
function isRoot(folder: string): boolean {
  return win32.parse(folder).root === folder;
}

/** Where the package has the compiled form of this file. */
const OWN_PLACE = win32.join('dist', 'lib', 'binding', 'addon-file.js');
/** From the folder of that file to the package. */
const TO_PACKAGE = win32.join('..', '..', '..');

function isOwnPath(path: string): boolean {
  return win32.normalize(path).endsWith(`\\${OWN_PLACE}`);
}

/**
 * The file that this code runs from; undefined where nothing proves it. A
 * bundler may have written the path of the machine that it ran on, where
 * somebody else may put files on this one: so Node.js must know the file, too.
 */
export function codeFile(running: Running): CodeFile | undefined {
  const { filename, moduleFilename, isLoaded, executable } = running;
  if (typeof filename !== 'string' || !isFullPath(filename)) return undefined;
  const isModule = moduleFilename === filename;
  if (!isModule && filename !== executable && !isLoaded(filename)) return undefined;
  return { path: filename, bundled: !(isModule && isOwnPath(filename)) };
}

/** Where this code runs. Read when it is loaded: later it may not be in the cache any more. */
export const CODE_FILE = codeFile({
  filename: typeof __filename === 'string' ? __filename : undefined,
  moduleFilename: typeof module === 'object' ? module.filename : undefined,
  // Bundlers have a `require.cache` of their own.
  isLoaded: (file) => createRequire(file).cache[file] !== undefined,
  executable: process.execPath,
});

/** The package's own folder, or that of the bundle; undefined where none can be trusted. */
export function ownFolder(code: CodeFile | undefined): string | undefined {
  if (code === undefined) return undefined;
  const folder = win32.dirname(code.path);
  const own = code.bundled ? folder : win32.join(folder, TO_PACKAGE);
  return isRoot(own) ? undefined : own;
}

/** Where the addon lies in a folder that contains prebuilds. */
function prebuilt(arch: string): string {
  return win32.join('prebuilds', `win32-${arch}`, 'secur32.node');
}

/** The file beside this code; undefined where there is no such place. */
export function besideCode(code: CodeFile | undefined, arch: string): Candidate | undefined {
  const folder = ownFolder(code);
  if (code === undefined || folder === undefined) return undefined;
  const why = code.bundled ? `beside the bundle ${code.path}` : `in the package ${folder}`;
  return { file: win32.join(folder, prebuilt(arch)), why };
}

/** What SECUR32_PREBUILD may mean, which must be a full path. */
export function namedFiles(path: string, arch: string): Candidate[] {
  const why = `by ${PREBUILD_VARIABLE}`;
  const below = ['secur32.node', win32.join(`win32-${arch}`, 'secur32.node'), prebuilt(arch)];
  return [path, ...below.map((part) => win32.join(path, part))].map((file) => ({ file, why }));
}
