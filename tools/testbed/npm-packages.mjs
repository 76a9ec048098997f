/** Programs for other systems than the host's that npm has, pinned by a sub-project of its own. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../support/build-once.mjs';
import { Failure } from '../support/failure.mjs';
import { runLogged } from '../support/run-command.mjs';
import { inCache } from './cache.mjs';
import { explainNetwork } from './network.mjs';

const PROJECT = new URL('programs/', import.meta.url);

/** @typedef {{ os: 'linux' | 'win32', cpu: 'x64' | 'arm64' }} System in npm's words */

/** The lockfile of the sub-project, which says exactly what is installed. */
function lockfile() {
  return JSON.parse(readFileSync(new URL('package-lock.json', PROJECT), 'utf8'));
}

/** The names of all of them. @returns {string[]} */
export function dependencies() {
  return Object.keys(lockfile().packages[''].optionalDependencies);
}

/**
 * Every package gets a directory of its own, so that a run downloads only what it needs.
 *
 * @param {string} name a dependency of the sub-project
 * @param {System} system
 * @param {import('../support/progress.mjs').Reporter} reporter
 */
export async function ensurePackage(name, system, reporter) {
  const { version } = lockfile().packages[`node_modules/${name}`];
  const title = name.replace(/.*\//, '');
  return buildOnce(
    inCache('programs', `${title}-${version}`),
    (directory) =>
      reporter.step(`installing ${name} ${version} for ${system.os}`, () =>
        install(name, version, system, directory),
      ),
    { onWait: () => reporter.note(`another run is installing ${title}, waiting for it`) },
  );
}

/**
 * @param {string} name
 * @param {string} version
 * @param {System} system
 * @param {string} directory
 */
async function install(name, version, system, directory) {
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

  const command = ['npm', 'ci', `--os=${system.os}`, `--cpu=${system.cpu}`];
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
