import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The place of a cache: what the named environment variable says, or a folder in the user's cache directory.
 *
 * @param {string} variable
 * @param {string} folder
 */
export function cacheDirectory(variable, folder) {
  const given = process.env[variable];
  if (given) return resolve(given);
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), folder);
}
