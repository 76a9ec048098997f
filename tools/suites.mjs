// What each run of the suites in the testbed needs beside Windows node.exe.
// jest.config.cjs chooses the folders by the environment.

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { windowsPath } from '../test/testbed/index.mjs';
import { testBuildDirectory } from './native/project.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILT = relative(ROOT, testBuildDirectory('x64'));

const SCRIPTED = {
  securityPackages: [`${BUILT}/scripted.node`, `${BUILT}/named_ntlm.dll`],
  env: { SECUR32_TEST_SCRIPTED: windowsPath(`${BUILT}/scripted.node`) },
};

/**
 * @typedef {object} Suite
 * @property {string} title
 * @property {string[]} securityPackages
 * @property {Record<string, string>} env
 */

/** @type {Record<'system' | 'scripted' | 'faults', Suite>} */
export const suites = {
  system: { title: 'suites with the packages of the system', securityPackages: [], env: {} },
  scripted: { title: 'suites with the scripted package', ...SCRIPTED },
  faults: {
    title: 'suites without memory',
    securityPackages: SCRIPTED.securityPackages,
    env: {
      ...SCRIPTED.env,
      SECUR32_TEST_FAULTS: '1',
      // Where node-gyp-build looks for the addon then.
      SECUR32_PREBUILD: windowsPath(`${BUILT}/faults`),
    },
  },
};
