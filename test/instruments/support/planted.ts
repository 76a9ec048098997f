/** Addons in places where none may be looked for, and programs that say what they loaded. */

import { spawn } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { resolve } from 'node-gyp-build';

import { patience } from './patience.js';

/** Of the project. */
export const ROOT = join(__dirname, '..', '..', '..', '..');
/** Less than a test has, so that the test can say what the program had to say. */
const TIMEOUT = 25_000 * patience;

/** Where an addon lies in a folder that contains prebuilds. */
export const PREBUILT = join('prebuilds', `win32-${process.arch}`, 'secur32.node');
/** Where node-gyp-build, or a loader that goes wrong, looks in a folder. */
const BUILT = [
  'secur32.node',
  join('build', 'Release', 'secur32.node'),
  join('build', 'Debug', 'secur32.node'),
  join('node_modules', 'secur32', PREBUILT),
  join('node_modules', 'secur32', 'build', 'Release', 'secur32.node'),
];

/** Whether a folder is there for one test, or for all of a file. */
type Purpose = 'test' | 'all';

const made: Record<Purpose, string[]> = { test: [], all: [] };

/** A folder of the test's own, by the path that Node.js gives the modules in it. */
export function temporaryFolder(purpose: Purpose = 'test'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'secur32-bundle-')));
  made[purpose].push(folder);
  return folder;
}

/** For afterEach and afterAll. */
export function removeFolders(purpose: Purpose): void {
  for (const folder of made[purpose].splice(0)) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Puts the real addon there. */
export function putAddon(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(resolve(ROOT), file);
  return file;
}

/** Makes a folder look like a clone of this repository, whose loader says that it ran. */
function pretendClone(folder: string): void {
  const loader = join(folder, 'dist', 'tools', 'native', 'clone-addon.js');
  mkdirSync(dirname(loader), { recursive: true });
  mkdirSync(join(folder, 'src-native'), { recursive: true });
  for (const file of [loader, join(folder, 'tools', 'native', 'clone-addon.js')]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "process.stdout.write('PLANTED')");
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'secur32' }));
}

/** The real addon wherever it must not be found in this folder: it would be loaded. */
export function plant(folder: string, { prebuilds = true } = {}): void {
  for (const file of prebuilds ? [...BUILT, PREBUILT] : BUILT) putAddon(join(folder, file));
  pretendClone(folder);
}

export interface Outcome {
  /** For each copy of the package: true, or the error. */
  results: unknown[];
  /** Of several copies: whether each logs on, and what it does with the credentials of another one. */
  steps: unknown[];
  /** The addons in the process. */
  loaded: string[];
}

export interface RunOptions {
  cwd: string;
  args?: readonly string[];
  env?: Record<string, string>;
  executable?: string;
}

/** Runs test/fixtures/bundled-program.js, as it is or bundled. */
export async function runProgram(program: string, options: RunOptions): Promise<Outcome> {
  const { cwd, args = [], env = {}, executable = process.execPath } = options;
  const inherited = { ...process.env };
  delete inherited['SECUR32_PREBUILD'];
  const child = spawn(executable, [program, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT,
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  await new Promise<void>((done, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      done();
    });
  });
  try {
    return JSON.parse(output) as Outcome;
  } catch {
    throw new Error(`${program} wrote ${JSON.stringify(output)} and ${errors}`);
  }
}

/** The package as it is installed: without what only a clone has. */
export function installPackage(folder: string): void {
  cpSync(join(ROOT, 'dist', 'lib'), join(folder, 'dist', 'lib'), { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
}
