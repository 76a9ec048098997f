import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Reporter } from '../support/progress.mjs';
import { exitStatus } from '../support/run-command.mjs';
import { makeCache } from './cache.mjs';
import { requireUsableHost } from './host.mjs';
import { sessionCommand, sessionEnvironment } from './namespace.mjs';
import { ensureLayer } from './layer.mjs';
import { ensureTemplate } from './template.mjs';
import { ensureTree } from './tree.mjs';
import { peersLayer, sessionTree } from './trees.mjs';
import { DEFAULT_NODE, ensureWindowsPackages, requireNodeVersion } from './windows-node.mjs';

export { DEFAULT_NODE, nodeVersions } from './windows-node.mjs';

/** The exit code of a run that the testbed itself could not do. */
export const TESTBED_FAILED = 125;

/** The exit code of a run that took too long. */
export const TIMED_OUT = 124;

/** Where a session has the project, and is at home. */
export const PROJECT_IN_SESSION = '/project';

/**
 * A file of the project, as a Windows program of a session calls it.
 *
 * @param {string} file relative to the project
 */
export function windowsPath(file) {
  return `Z:${PROJECT_IN_SESSION}/${file}`.replaceAll('/', '\\');
}

const project = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @typedef {object} Prepared
 * @property {string[]} layers what a session's root is made of
 * @property {{ source: string, target: string }[]} directories what is mounted into it
 */

/**
 * Makes everything that a session needs, as far as the cache does not have it: minutes the first time, nothing later.
 * May run beside anything else.
 *
 * @param {object} [options]
 * @param {string[]} [options.nodeVersions] major versions of Windows Node
 * @param {boolean} [options.peers] whether a session needs the programs of packages/peers.list
 * @param {(line: string) => void} [options.log] takes lines about what takes long; they go to stderr otherwise
 * @returns {Promise<Prepared>}
 */
export async function prepare({ nodeVersions = [DEFAULT_NODE], peers = false, log } = {}) {
  nodeVersions.forEach(requireNodeVersion);
  await requireUsableHost();
  makeCache();
  const reporter = new Reporter({ prefix: 'testbed: ', log });
  const directories = await ensureWindowsPackages(nodeVersions, reporter);
  const tree = await ensureTree(sessionTree, reporter);
  const template = await ensureTemplate(tree, reporter);
  const more = peers ? [await ensureLayer(peersLayer, tree, reporter)] : [];
  return { layers: [template, ...more, tree], directories };
}

/**
 * @typedef {'inherit' | 'ignore' | number | import('node:stream').Writable} Output
 *
 * @typedef {object} RunOptions
 * @property {string} [node] the major version of Windows Node that the command "node" is
 * @property {string[]} [nodeVersions] further versions for this session: SECUR32_TESTBED_NODE=22 node …
 * @property {Record<string, string>} [env] added to the environment of the command, over the testbed's own
 * @property {string} [cwd] relative to the project
 * @property {boolean} [peers] whether the session has the programs of packages/peers.list
 * @property {number} [socketBytes] the most that a socket of the session buffers; as the host has it otherwise
 * @property {string[]} [securityPackages] DLLs, relative to the project, that Secur32.dll loads beside its own
 * @property {'inherit' | 'ignore'} [stdin]
 * @property {Output} [stdout]
 * @property {Output} [stderr]
 * @property {number} [timeoutSeconds] the run then ends with TIMED_OUT
 * @property {AbortSignal} [signal] ends the run
 * @property {(line: string) => void} [log] as for prepare
 */

/**
 * Runs a command in a session: a private network, private processes, a domain and a Windows of its own, all gone at
 * the end. The command "node" is Windows node.exe, "windows PROGRAM.EXE" is any other Windows program, the rest are
 * Linux commands. Several commands share a session as a script: ['bash', '-c', '…'].
 *
 * @param {string[]} command
 * @param {RunOptions} [options]
 * @returns {Promise<number>} the exit code of the command; 128 and more if a signal ended it
 */
export async function run(command, options = {}) {
  const {
    node = DEFAULT_NODE,
    nodeVersions = [],
    env = {},
    cwd = '.',
    securityPackages = [],
    peers = false,
    socketBytes,
    log,
    timeoutSeconds,
  } = options;
  const { layers, directories } = await prepare({
    nodeVersions: [...new Set([node, ...nodeVersions])],
    peers,
    log,
  });
  const [program, ...args] = sessionCommand({
    layers,
    directories: [...directories, { source: project, target: PROJECT_IN_SESSION, writable: true }],
    command: [
      '/opt/testbed/run.sh',
      securityPackages.map(windowsPath).join(','),
      ...(socketBytes === undefined ? [] : ['with-socket-buffers', String(socketBytes)]),
      'env',
      `--chdir=${PROJECT_IN_SESSION}/${cwd}`,
      `SECUR32_TESTBED_NODE=${node}`,
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...command,
    ],
  });

  const outputs = [options.stdout ?? 'inherit', options.stderr ?? 'inherit'];
  const isStream = (output) => typeof output === 'object';
  const child = spawn(program, args, {
    env: sessionEnvironment(),
    stdio: [
      options.stdin ?? 'ignore',
      ...outputs.map((output) => (isStream(output) ? 'pipe' : output)),
    ],
    signal: options.signal,
    killSignal: 'SIGKILL',
  });
  outputs.forEach((output, index) => {
    if (isStream(output)) child.stdio[index + 1].pipe(output, { end: false });
  });

  let timedOut = false;
  const timer =
    timeoutSeconds &&
    setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutSeconds * 1000);
  try {
    const status = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(exitStatus(code, signal)));
    });
    return timedOut ? TIMED_OUT : status;
  } finally {
    clearTimeout(timer);
  }
}
