import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../support/run-command.mjs';
import { hostRelease } from './host.mjs';

/**
 * @typedef {{ uri: string, suites: string[], components: string[] }} AptSource
 */

/**
 * The mirror that the host itself takes Debian from, whatever its own release is.
 *
 * @param {string} [directory] apt's configuration
 * @param {{ id: string, codename: string }} [release]
 * @returns {string | undefined} undefined where the host does not say, for instance because it is no Debian
 */
export function debianMirror(directory = '/etc/apt', release = hostRelease()) {
  const isDebian = ({ uri, suites, components }) =>
    components.includes('main') &&
    (/\/debian\/?$/.test(uri) || (release.id === 'debian' && suites.includes(release.codename)));
  return aptSources(directory).find((source) => /^https?:/.test(source.uri) && isDebian(source))
    ?.uri;
}

/**
 * The host's proxies for apt, as lines of apt's configuration.
 *
 * @returns {Promise<string[]>}
 */
export async function aptProxies() {
  const { stdout } = await capture([
    'apt-config',
    'dump',
    'Acquire::http::Proxy',
    'Acquire::https::Proxy',
  ]);
  return stdout.split('\n').filter((line) => /Proxy\b.* "[^"]+";$/.test(line));
}

/** @param {string} directory */
function aptSources(directory) {
  const parts = join(directory, 'sources.list.d');
  const files = [
    join(directory, 'sources.list'),
    ...(existsSync(parts)
      ? readdirSync(parts)
          .sort()
          .map((name) => join(parts, name))
      : []),
  ].filter((file) => existsSync(file));
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    if (file.endsWith('.sources')) return parseDeb822(text);
    return file.endsWith('.list') ? parseOneLine(text) : [];
  });
}

/**
 * Debian's newer form: paragraphs of fields.
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseDeb822(text) {
  const paragraphs = text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph) => {
    const words = (name) =>
      paragraph
        .match(new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, 'im'))?.[1]
        .trim()
        .split(/\s+/) ?? [];
    if (!words('Types').includes('deb') || words('Enabled')[0]?.toLowerCase() === 'no') return [];
    return words('URIs')
      .flatMap(expandMirrorFile)
      .map((uri) => ({ uri, suites: words('Suites'), components: words('Components') }));
  });
}

/**
 * The older form: "deb [options] URI suite component…".
 *
 * @param {string} text
 * @returns {AptSource[]}
 */
function parseOneLine(text) {
  return text.split('\n').flatMap((line) => {
    const match = line.match(/^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/);
    if (!match) return [];
    const [, uri, suite, components] = match;
    return expandMirrorFile(uri).map((expanded) => ({
      uri: expanded,
      suites: [suite],
      components: components.trim().split(/\s+/),
    }));
  });
}

/**
 * Cloud images name a file with a list of mirrors.
 *
 * @param {string} uri
 */
function expandMirrorFile(uri) {
  const file = uri.match(/^mirror\+file:(?:\/\/)?(\/.*)/)?.[1];
  if (!file) return [uri];
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s/)[0])
    .filter(Boolean);
}
