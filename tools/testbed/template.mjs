import { readFileSync } from 'node:fs';
import { buildOnce } from '../support/build-once.mjs';
import { requireDiskSpace } from '../support/disk-space.mjs';
import { runLogged } from '../support/run-command.mjs';
import { cache, inCache, keyOf } from './cache.mjs';
import { removeTree, sessionCommand, sessionEnvironment } from './namespace.mjs';

const GIGABYTES = 1;

/** The scripts that decide what a template contains. */
const SCRIPTS = [
  'make-template.sh',
  'places.sh',
  'basics.sh',
  'domain.sh',
  'provision.py',
  'wine.sh',
];

/**
 * What every session starts with: a domain with its accounts and a Wine prefix; made if it is not there. It never
 * changes afterwards, a session writes into a layer of its own.
 *
 * @param {string} tree
 * @param {import('../support/progress.mjs').Reporter} reporter
 * @returns {Promise<string>} its place in the cache
 */
export async function ensureTemplate(tree, reporter) {
  const directory = new URL('session/', import.meta.url);
  const template = `templates/${keyOf(tree, ...SCRIPTS.map((name) => readFileSync(new URL(name, directory), 'utf8')))}`;
  await buildOnce(inCache(template), (target) => makeTemplate(tree, target, reporter), {
    remove: removeTree,
    onWait: () =>
      reporter.note('another run is making the domain and the Wine prefix, waiting for it'),
  });
  return template;
}

/**
 * @param {string} tree
 * @param {string} target
 * @param {import('../support/progress.mjs').Reporter} reporter
 */
async function makeTemplate(tree, target, reporter) {
  await requireDiskSpace(cache, GIGABYTES, 'the domain and the Wine prefix');
  const command = sessionCommand({
    layers: [tree],
    directories: [{ source: target, target: '/template', writable: true }],
    command: ['/opt/testbed/make-template.sh'],
  });
  await reporter.step('making the domain and the Wine prefix (once)', () =>
    runLogged(command, {
      what: 'making the domain and the Wine prefix',
      env: sessionEnvironment(),
      logFile: inCache('logs', 'template.log'),
    }),
  );
}
