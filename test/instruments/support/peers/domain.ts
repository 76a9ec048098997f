/** The domain itself, as its administrator sees it: samba-tool and wbinfo. */

import { execFileSync } from 'node:child_process';

/** Of tools/testbed/session/places.sh. */
const DATABASE = '/var/lib/testbed/domain/private/sam.ldb';

export function sambaTool(...args: readonly string[]): string {
  return execFileSync('samba-tool', [...args, '-H', DATABASE], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The SID of a user or group of the domain. */
export function sidOf(name: string): string {
  const [sid = ''] = execFileSync('wbinfo', ['-n', `SSPI\\${name}`], { encoding: 'utf8' }).split(
    ' ',
  );
  return sid;
}
