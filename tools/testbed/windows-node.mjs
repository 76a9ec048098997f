import { Failure } from '../support/failure.mjs';
import { dependencies, ensurePackage } from './npm-packages.mjs';

/** @typedef {'x64' | 'arm64'} Architecture of Windows */

export const DEFAULT_NODE = '24';

/** The one for ARM64. */
export const ARM64_NODE = 'arm64-22';

/** The major versions of Windows Node that the testbed has for x64. */
export function nodeVersions() {
  return dependencies()
    .filter((name) => /^node-\d+$/.test(name))
    .map((name) => name.slice('node-'.length));
}

/** @param {string} version */
export function requireNodeVersion(version) {
  const known = nodeVersions();
  if (!known.includes(version)) {
    throw new Failure(
      `there is no Windows Node ${version} in the testbed; it has ${known.join(', ')}`,
    );
  }
}

/**
 * Installs what Windows programs need, as far as it is not there.
 *
 * @param {string[]} versions major versions of Node
 * @param {import('../support/progress.mjs').Reporter} reporter
 * @param {Architecture} [architecture]
 * @returns {Promise<{ source: string, target: string }[]>} the directories, and where a session has them
 */
export async function ensureWindowsPackages(versions, reporter, architecture = 'x64') {
  const wanted = [
    {
      name: `@unrs/resolver-binding-win32-${architecture}-msvc`,
      target: '/opt/windows/resolver',
    },
    ...versions.map((version) => ({
      name: `node-${version}`,
      target: `/opt/windows/node-${version}`,
    })),
  ];
  const installed = [];
  for (const { name, target } of wanted)
    installed.push({
      source: await ensurePackage(name, { os: 'win32', cpu: architecture }, reporter),
      target,
    });
  return installed;
}
