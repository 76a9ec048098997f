/** Files of a service that runs as a user of its own. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function install(...args: readonly string[]): void {
  execFileSync('install', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A new directory that belongs to a user. */
export function directoryOf(user: string): string {
  const directory = mkdtempSync(join(tmpdir(), `secur32-${user}-`));
  // mkdtemp's is closed for others; this one may be listed by the user alone.
  install('-d', '-o', user, '-m', '700', directory);
  return directory;
}

/** A copy of a file that only this user can read. */
export function copyFor(user: string, file: string, directory: string, name: string): string {
  const copy = join(directory, name);
  install('-o', user, '-m', '400', file, copy);
  return copy;
}
