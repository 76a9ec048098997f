/**
 * Where the addon is: one exact file, whose path is derived from the file that
 * this code runs from. Folders above the package's own folder, or above the
 * folder of a bundle, are never searched, because any user may be able to write
 * there.
 */

import { createRequire } from 'node:module';
import { win32 } from 'node:path';

/** The file that this code runs from. */
export interface CodeFile {
  readonly path: string;
  /** Whether it is a bundle; otherwise it is this package's own file. */
  readonly bundled: boolean;
}

/** The facts that show which file this code runs from. */
export interface Running {
  /** `__filename`: a bundler may remove or replace it. */
  filename: unknown;
  /** `module.filename`, which only module objects of Node.js have. */
  moduleFilename: unknown;
  /** Whether Node.js loaded this file as a module. */
  isLoaded: (file: string) => boolean;
  /** The executable; in a single executable application also the script. */
  executable: string;
}

/** A file that may be the addon, and why it is expected there. */
export interface Candidate {
  readonly file: string;
  readonly why: string;
}

/** The environment variable that names the addon or a folder that contains it. */
export const PREBUILD_VARIABLE = 'SECUR32_PREBUILD';

/** Whether a path is independent of the current folder and drive. */
export function isFullPath(path: string): boolean {
  return win32.isAbsolute(path) && win32.parse(path).root.length > 1;
}

/** Whether a folder is the root of a drive or share, where any user may create folders. */
function isRoot(folder: string): boolean {
  return win32.parse(folder).root === folder;
}

/** The path of this compiled file within the package. */
const OWN_PLACE = win32.join('dist', 'lib', 'binding', 'addon-file.js');
/** From the folder of that file to the package folder. */
const TO_PACKAGE = win32.join('..', '..', '..');

function isOwnPath(path: string): boolean {
  return win32.normalize(path).endsWith(`\\${OWN_PLACE}`);
}

/**
 * The file that this code runs from; undefined if nothing proves it. A bundler
 * may have inserted a path of the machine that it ran on, and on this machine
 * another user may be able to create that file. So Node.js must have loaded it.
 */
export function codeFile(running: Running): CodeFile | undefined {
  const { filename, moduleFilename, isLoaded, executable } = running;
  if (typeof filename !== 'string' || !isFullPath(filename)) return undefined;
  const isModule = moduleFilename === filename;
  if (!isModule && filename !== executable && !isLoaded(filename)) return undefined;
  return { path: filename, bundled: !(isModule && isOwnPath(filename)) };
}

/**
 * The file that this code runs from. Read at load time, because the module cache
 * may change later.
 */
export const CODE_FILE = codeFile({
  filename: typeof __filename === 'string' ? __filename : undefined,
  moduleFilename: typeof module === 'object' ? module.filename : undefined,
  // Bundlers have their own `require.cache`.
  isLoaded: (file) => createRequire(file).cache[file] !== undefined,
  executable: process.execPath,
});

/** The folder of the package or of the bundle; undefined if neither can be trusted. */
export function ownFolder(code: CodeFile | undefined): string | undefined {
  if (code === undefined) return undefined;
  const folder = win32.dirname(code.path);
  const own = code.bundled ? folder : win32.join(folder, TO_PACKAGE);
  return isRoot(own) ? undefined : own;
}

/** The path of the addon within a folder that contains prebuilds. */
function prebuilt(arch: string): string {
  return win32.join('prebuilds', `win32-${arch}`, 'secur32.node');
}

/** The addon that belongs to this code; undefined if its folder cannot be trusted. */
export function besideCode(code: CodeFile | undefined, arch: string): Candidate | undefined {
  const folder = ownFolder(code);
  if (code === undefined || folder === undefined) return undefined;
  const why = code.bundled ? `beside the bundle ${code.path}` : `in the package ${folder}`;
  return { file: win32.join(folder, prebuilt(arch)), why };
}

/** The files that SECUR32_PREBUILD, a full path, may refer to. */
export function namedFiles(path: string, arch: string): Candidate[] {
  const why = `by ${PREBUILD_VARIABLE}`;
  const below = ['secur32.node', win32.join(`win32-${arch}`, 'secur32.node'), prebuilt(arch)];
  return [path, ...below.map((part) => win32.join(path, part))].map((file) => ({ file, why }));
}
