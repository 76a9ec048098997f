/** The error for an addon that cannot be loaded: which files were tried, and what to do. */

import { PREBUILD_VARIABLE, type Candidate, type CodeFile } from './addon-file.js';
import { codedError, type Secur32Error } from '../core/errors.js';

/** A path that was tried, and what was found there. */
export interface Looked extends Candidate {
  readonly found: 'nothing' | 'a folder' | 'the file';
}

export interface FailedLoad {
  readonly arch: string;
  readonly code: CodeFile | undefined;
  /** In the order in which they were tried. */
  readonly looked: readonly Looked[];
  /** The value of SECUR32_PREBUILD; undefined if it is not set. */
  readonly named: string | undefined;
  /** The error of the system's loader. */
  readonly cause?: unknown;
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n')[0] ?? text;
}

function reasonOf({ cause, looked, named, code }: FailedLoad): string {
  if (cause !== undefined) return firstLine(cause);
  if (looked.length > 0) return 'file not found';
  if (named !== undefined) return `${PREBUILD_VARIABLE} must be a full path, not '${named}'`;
  return code === undefined
    ? 'the bundle does not know the path of its own file'
    : `${code.path} is in the root folder of a drive or share, where any user may create folders`;
}

function name(arch: string): string {
  return (
    `the full path of secur32.node, or of a folder that contains secur32.node, ` +
    `win32-${arch}\\secur32.node or prebuilds\\win32-${arch}\\secur32.node`
  );
}

function advice({ arch, code, looked, named, cause }: FailedLoad): string[] {
  if (named !== undefined) {
    return [`Set ${PREBUILD_VARIABLE} to ${name(arch)}, or unset it.`];
  }
  const setVariable = `Or set ${PREBUILD_VARIABLE}, before the first call, to ${name(arch)}.`;
  const external = 'Or exclude secur32 from the bundle (external), and install the package.';
  if (cause !== undefined && looked.length === 0) {
    return ['In a clone of the repository, build the addon: npm run prebuild.', setVariable];
  }
  if (cause !== undefined) {
    return [
      'A virus scanner or an incomplete copy may be the cause: install or copy the file again.',
      'In an asar archive of Electron, unpack the file (asarUnpack: "**/*.node").',
      setVariable,
    ];
  }
  if (code === undefined) {
    return [
      'Make a CommonJS bundle that keeps __filename (webpack: node.__filename: false).',
      setVariable,
      external,
    ];
  }
  if (looked.length === 0) return ['Move it to a folder of its own.', setVariable];
  return code.bundled
    ? [
        'Copy the prebuilds folder of the secur32 package next to the bundle.',
        setVariable,
        external,
      ]
    : [
        'Reinstall secur32: the published package contains this file.',
        'In a clone of the repository, build the addon: npm run prebuild.',
        setVariable,
      ];
}

function numbered(lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${index + 1}. ${line}`);
}

const FOUND: Record<Looked['found'], string> = {
  nothing: 'not found',
  'a folder': 'a folder, not a file',
  'the file': 'found, but it could not be loaded',
};

export function loadError(failed: FailedLoad): Secur32Error {
  const { arch, looked, cause } = failed;
  const places = looked.map(({ file, why, found }) => `${file} (${why}): ${FOUND[found]}`);
  const lines = [
    `secur32: the addon for win32-${arch} could not be loaded: ${reasonOf(failed)}`,
    ...(places.length > 0 ? ['Only these paths were tried:', ...numbered(places)] : []),
    'What to do:',
    ...numbered(advice(failed)),
  ];
  return codedError(
    'ERR_SECUR32_LOAD_FAILED',
    lines.join('\n'),
    cause === undefined ? undefined : { cause },
  );
}
