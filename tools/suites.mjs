// What each run of the suites in the testbed needs beside Windows node.exe.
// jest.config.cjs takes the folders from the environment.

import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { windowsPath } from './testbed/index.mjs';
import { testBuildDirectory } from './native/project.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Suite
 * @property {string} title
 * @property {string[]} securityPackages
 * @property {Record<string, string>} env
 * @property {number} [socketBytes] the most that a socket buffers
 * @property {boolean} [onLinux] run by the testbed's Linux Node.js, beside the programs of others
 * @property {boolean} [peers] needs the packages of the programs of others
 */

/** @param {string} arch */
function built(arch) {
  return relative(ROOT, testBuildDirectory(arch));
}

/** Both of the tests' own packages. @param {string} arch @param {string[]} folders */
function withPackages(arch, folders) {
  return {
    securityPackages: [`${built(arch)}/scripted.node`, `${built(arch)}/named_ntlm.dll`],
    env: {
      SECUR32_TEST_FOLDERS: folders.join(),
      SECUR32_TEST_SCRIPTED: windowsPath(`${built(arch)}/scripted.node`),
    },
  };
}

/** @type {Record<'system' | 'scripted' | 'bridge' | 'bridgeHttp' | 'peers' | 'faults' | 'slow', Suite>} what npm test runs */
export const suites = {
  system: { title: 'suites with the packages of the system', securityPackages: [], env: {} },
  scripted: {
    title: 'suites with security packages of their own',
    ...withPackages('x64', ['scripted', 'named-ntlm']),
  },
  bridge: {
    title: "suites with the testbed's bridge to MIT Kerberos and Samba",
    securityPackages: [`${built('x64')}/bridge.node`],
    // It counts as the scripted package does.
    env: {
      SECUR32_TEST_FOLDERS: 'bridge',
      SECUR32_TEST_SCRIPTED: windowsPath(`${built('x64')}/bridge.node`),
    },
    peers: true,
  },
  bridgeHttp: {
    title: 'suites of HTTP with the bridge, and programs of others',
    securityPackages: [`${built('x64')}/bridge.node`],
    env: { SECUR32_TEST_FOLDERS: 'bridge-http' },
    onLinux: true,
  },
  peers: {
    title: 'suites with programs of others',
    // Tells who logged on by NTLM, which Wine's cannot.
    securityPackages: [`${built('x64')}/named_ntlm.dll`],
    env: { SECUR32_TEST_FOLDERS: 'peers' },
    onLinux: true,
  },
  faults: withFaults({ title: 'suites without memory', ...withPackages('x64', ['faults']) }),
  slow: {
    title: 'suites of bodies, over connections that buffer little',
    securityPackages: [],
    env: {
      SECUR32_TEST_FOLDERS: 'unit/http/client',
      // Not in braces: on Windows jest loses the slash before one.
      SECUR32_TEST_FILES:
        '@(bodies|body-disposal|body-failures|fetch|read-streams|request-body|uploads)',
    },
    socketBytes: 64 * 1024,
  },
};

/**
 * Everything at once, where a start takes a minute, but for what is JavaScript alone.
 *
 * @type {Suite & { ignored: string }} ignored: a pattern of the paths of test files
 */
export const arm64Suite = {
  title: 'suites in the ARM64 node.exe, in an emulated machine',
  ignored: '(http|ldap|bundles|examples)[^/\\\\]*$',
  ...withPackages('arm64', ['native', 'scripted']),
};

/** The same with the addon in which allocations fail. @param {Suite} suite @returns {Suite} */
function withFaults(suite) {
  // Where lib/binding/native.ts looks for the addon then, and nowhere else.
  const env = { ...suite.env, SECUR32_PREBUILD: windowsPath(`${built('x64')}/faults`) };
  return { ...suite, env };
}
