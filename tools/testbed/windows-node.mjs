import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../support/build-once.mjs';
import { Failure } from '../support/failure.mjs';
import { runLogged } from '../support/run-command.mjs';
import { inCache } from './cache.mjs';
import { explainNetwork } from './network.mjs';

const PROJECT = new URL('windows/', import.meta.url);

/** @typedef {'x64' | 'arm64'} Architecture of Windows */

export const DEFAULT_NODE = '24';

/** The one for ARM64. */
export const ARM64_NODE = 'arm64-22';

/** The lockfile of the sub-project, which says exactly what is installed. */
function lockfile() {
  return JSON.parse(readFileSync(new URL('package-lock.json', PROJECT), 'utf8'));
}

/** The major versions of Windows Node that the testbed has for x64. */
export function nodeVersions() {
  const names = Object.keys(lockfile().packages[''].optionalDependencies);
  return names.filter((name) => /^node-\d+$/.test(name)).map((name) => name.slice('node-'.length));
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
    installed.push({ source: await ensurePackage(name, architecture, reporter), target });
  return installed;
}

/**
 * Every package gets a directory of its own, so that a run downloads only what it needs.
 *
 * @param {string} name a dependency of the sub-project
 * @param {Architecture} architecture
 * @param {import('../support/progress.mjs').Reporter} reporter
 */
async function ensurePackage(name, architecture, reporter) {
  const { version } = lockfile().packages[`node_modules/${name}`];
  const title = name.replace(/.*\//, '');
  return buildOnce(
    inCache('windows', `${title}-${version}`),
    (directory) =>
      reporter.step(`installing ${name} ${version} for Windows`, () =>
        install(name, version, architecture, directory),
      ),
    { onWait: () => reporter.note(`another run is installing ${title}, waiting for it`) },
  );
}

/**
 * @param {string} name
 * @param {string} version
 * @param {Architecture} architecture
 * @param {string} directory
 */
async function install(name, version, architecture, directory) {
  const { packages, ...lock } = lockfile();
  const key = `node_modules/${name}`;
  const root = {
    ...packages[''],
    optionalDependencies: { [name]: packages[''].optionalDependencies[name] },
  };
  const write = (file, content) =>
    writeFileSync(join(directory, file), JSON.stringify(content, null, 2));
  write('package.json', root);
  write('package-lock.json', { ...lock, packages: { '': root, [key]: packages[key] } });
  copyFileSync(new URL('.npmrc', PROJECT), join(directory, '.npmrc'));

  const command = ['npm', 'ci', '--os=win32', `--cpu=${architecture}`];
  command.push('--ignore-scripts', '--no-bin-links');
  // npm's own cache may have the package; without it and without a network, npm would try for minutes.
  command.push(
    '--prefer-offline',
    '--fetch-retries=2',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  );
  try {
    await runLogged(command, {
      what: `installing ${name} ${version}`,
      cwd: directory,
      logFile: inCache('logs', 'npm.log'),
    });
  } catch (error) {
    throw explainNetwork(error, 'the npm registry');
  }
  // npm passes over an optional package that it cannot download.
  if (!existsSync(join(directory, 'node_modules', name))) {
    throw new Failure(`npm did not install ${name} ${version}: is the npm registry reachable?`);
  }
}
