/** The error of an addon that could not be loaded: what was looked for, and what to do. */

import { PREBUILD_VARIABLE, type Candidate, type CodeFile } from './addon-file.js';
import { codedError, type Secur32Error } from '../core/errors.js';

/** A file that was looked for, and what was found. */
export interface Looked extends Candidate {
  readonly found: 'nothing' | 'a folder' | 'the file';
}

export interface FailedLoad {
  readonly arch: string;
  readonly code: CodeFile | undefined;
  /** In the order in which they were looked for. */
  readonly looked: readonly Looked[];
  /** What SECUR32_PREBUILD says; undefined where it is not set. */
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
  if (looked.length > 0) return 'it is not there';
  if (named !== undefined) return `${PREBUILD_VARIABLE} must be a full path, not '${named}'`;
  return code === undefined
    ? 'a bundler took away in which file this code is'
    : `nothing is loaded from a drive's own folder, where ${code.path} lies`;
}

function name(arch: string): string {
  return (
    `the full path of secur32.node, or of a folder that contains secur32.node, ` +
    `win32-${arch}\\secur32.node or prebuilds\\win32-${arch}\\secur32.node`
  );
}

function advice({ arch, code, looked, named, cause }: FailedLoad): string[] {
  if (named !== undefined) {
    return [`Set ${PREBUILD_VARIABLE} to ${name(arch)}; or unset it.`];
  }
  const setVariable = `Or set ${PREBUILD_VARIABLE}, before the first call, to ${name(arch)}.`;
  const external =
    'Or let the bundler leave secur32 out of the bundle (external), and install the package.';
  if (cause !== undefined && looked.length === 0) {
    return ['In a clone of the repository, build it: npm run prebuild.', setVariable];
  }
  if (cause !== undefined) {
    return [
      'A virus scanner or an incomplete copy may be the reason: install or copy it again.',
      'In an asar archive of Electron it must be unpacked (asarUnpack: "**/*.node").',
      setVariable,
    ];
  }
  if (code === undefined) {
    return [
      'Make a CommonJS bundle in which __filename is left as it is (webpack: node.__filename: false).',
      setVariable,
      external,
    ];
  }
  if (looked.length === 0) return ['Move it into a folder of its own.', setVariable];
  return code.bundled
    ? ['Copy the folder prebuilds of the package secur32 beside the bundle.', setVariable, external]
    : [
        'Reinstall secur32: the published package contains this file.',
        'In a clone of the repository, build it: npm run prebuild.',
        setVariable,
      ];
}

function numbered(lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${index + 1}. ${line}`);
}

const FOUND: Record<Looked['found'], string> = {
  nothing: 'not there',
  'a folder': 'a folder, not a file',
  'the file': 'there, but it could not be loaded',
};

export function loadError(failed: FailedLoad): Secur32Error {
  const { arch, looked, cause } = failed;
  const places = looked.map(({ file, why, found }) => `${file} (${why}): ${FOUND[found]}`);
  const lines = [
    `secur32: the addon for win32-${arch} could not be loaded: ${reasonOf(failed)}`,
    ...(places.length > 0 ? ['Looked for, and nowhere else:', ...numbered(places)] : []),
    'What helps:',
    ...numbered(advice(failed)),
  ];
  return codedError(
    'ERR_SECUR32_LOAD_FAILED',
    lines.join('\n'),
    cause === undefined ? undefined : { cause },
  );
}
