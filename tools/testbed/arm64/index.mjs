import { fileURLToPath } from 'node:url';
import { Reporter } from '../../support/progress.mjs';
import { inCache, makeCache } from '../cache.mjs';
import { requireUsableHost } from '../host.mjs';
import { PROJECT_IN_SESSION, windowsPath } from '../index.mjs';
import { ensureTemplate } from '../template.mjs';
import { ensureTree } from '../tree.mjs';
import { sessionTree } from '../trees.mjs';
import { ARM64_NODE, ensureWindowsPackages } from '../windows-node.mjs';
import { ensureImage, scriptParts } from './image.mjs';
import { runInMachine } from './machine.mjs';

export { PROCESSORS } from './emulator.mjs';

/** How much longer than on a real machine a test may wait for something. */
const PATIENCE = '5';

const project = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * @typedef {object} Prepared
 * @property {import('./machine.mjs').Image} image
 * @property {import('./archive.mjs').Part[]} parts what a run adds to it
 */

/**
 * Makes everything that the emulated ARM64 machine needs, as far as the cache does not have it: minutes the first
 * time, nothing later.
 *
 * @param {object} [options]
 * @param {(line: string) => void} [options.log] takes lines about what takes long; they go to stderr otherwise
 * @returns {Promise<Prepared>}
 */
export async function prepare({ log } = {}) {
  await requireUsableHost();
  makeCache();
  const reporter = new Reporter({ prefix: 'testbed: ', log });
  const windows = await ensureWindowsPackages([ARM64_NODE], reporter, 'arm64');
  // The domain is data, the same on every architecture; only the Wine prefix beside it is not.
  const template = await ensureTemplate(await ensureTree(sessionTree, reporter), reporter);
  const image = await ensureImage(reporter);
  const domain = { source: inCache(template), target: '/', without: ['var/lib/testbed/wine'] };
  return { image, parts: [...scriptParts(), domain, ...windows] };
}

/**
 * Runs a command in an emulated ARM64 machine, beside the domain and Windows, as in a session on x64. The machine has a
 * copy of a part of the project; of what is written there, the host gets one file.
 *
 * @param {string[]} command
 * @param {object} runOptions
 * @param {string[]} runOptions.files what of the project the machine gets, by names relative to it
 * @param {string} runOptions.result the file that the host gets, as "results" in the output directory
 * @param {string} runOptions.output the directory for what the machine writes; see emulator.mjs
 * @param {string[]} [runOptions.securityPackages] DLLs among the files that Secur32.dll loads beside its own
 * @param {Record<string, string>} [runOptions.env] added to the environment of the command
 * @param {number} runOptions.timeoutSeconds
 * @param {(text: string) => void} [runOptions.onReport] takes what the command writes, at once
 * @param {(line: string) => void} [runOptions.log] as for prepare
 * @returns {Promise<number>} the exit code of the command
 */
export async function run(command, runOptions) {
  const { files, result, securityPackages = [], env = {}, log, ...options } = runOptions;
  const { image, parts } = await prepare({ log });
  const variables = { SECUR32_TESTBED_NODE: ARM64_NODE, SECUR32_TEST_PATIENCE: PATIENCE, ...env };
  return runInMachine(
    image,
    [
      'env',
      `--chdir=${PROJECT_IN_SESSION}`,
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ...['/opt/testbed/run.sh', securityPackages.map(windowsPath).join(',')],
      ...['/opt/machine/deliver.sh', result],
      ...command,
    ],
    {
      ...options,
      parts: [...parts, { source: project, target: PROJECT_IN_SESSION, only: files }],
    },
  );
}
