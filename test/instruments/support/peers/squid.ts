/** Squid, a proxy that asks its clients who they are (407). */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { required } from './people.js';
import { freePort, startProgram, type Program } from './programs.js';
import { copyFor, directoryOf } from './service-files.js';

export const PROXY_HOST = 'proxy.sspi.test';

/** Squid's own user, which it changes to. */
const USER = 'proxy';

/** Whoever may enter this directory may have winbindd check the answers of NTLM. */
const WINBINDD = '/var/lib/testbed/domain/state/winbindd_privileged';

/** A request in its log. */
export interface SquidRequest {
  method: string;
  /** A URL, or for CONNECT host:port. */
  target: string;
  status: number;
  /** undefined where nobody logged on. */
  user: string | undefined;
  /** The port of the client, which tells connections apart. */
  port: number;
}

export interface Squid {
  port: number;
  /** The address of the proxy, by the name that the service has. */
  url: string;
  /** What was asked so far, in the order in which requests ended. */
  requests(): SquidRequest[];
  program: Program;
}

export type ProxyScheme = 'Negotiate' | 'NTLM';

/** By Squid's own helper for Kerberos, and by that of Samba for NTLM. */
function schemeLines(scheme: ProxyScheme, keytab: string): string[] {
  const program =
    scheme === 'Negotiate'
      ? `/usr/lib/squid/negotiate_kerberos_auth -k ${keytab} -s HTTP/${PROXY_HOST}`
      : '/usr/bin/ntlm_auth --helper-protocol=squid-2.5-ntlmssp';
  const name = scheme.toLowerCase();
  return [
    `auth_param ${name} program ${program}`,
    `auth_param ${name} children 2 startup=1 idle=1`,
    `auth_param ${name} keep_alive on`,
  ];
}

/** Starts it; every request wants a logon by one of these schemes. */
export async function startSquid(schemes: readonly ProxyScheme[] = ['Negotiate']): Promise<Squid> {
  const port = await freePort();
  const directory = directoryOf(USER);
  const keytab = copyFor(USER, required('SECUR32_TEST_PEERS_KEYTAB'), directory, 'keytab');
  if (schemes.includes('NTLM')) execFileSync('chgrp', [USER, WINBINDD]);
  const log = join(directory, 'requests');
  const file = join(directory, 'squid.conf');
  writeFileSync(
    file,
    `
http_port 127.0.0.1:${port}
visible_hostname ${PROXY_HOST}
cache_effective_user ${USER}
${schemes.flatMap((scheme) => schemeLines(scheme, keytab)).join('\n')}
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
cache deny all
# Wide enough for a ticket of 48,000 bytes.
request_header_max_size 128 KB
logformat request %rm %ru %>Hs %un %>p
access_log stdio:${log} request
logfile_rotate 0
buffered_logs off
cache_log ${directory}/cache.log
cache_store_log none
pid_filename ${directory}/pid
coredump_dir ${directory}
netdb_filename none
pinger_enable off
shutdown_lifetime 1 second
`,
  );
  const program = startProgram('squid', ['-N', '-d', '1', '-f', file]);
  // Not by a connection, which would be in the log.
  await program.printed(/Accepting HTTP Socket connections/);
  return {
    port,
    url: `http://${PROXY_HOST}:${port}`,
    requests: () => (existsSync(log) ? readRequests(readFileSync(log, 'utf8')) : []),
    program,
  };
}

function readRequests(log: string): SquidRequest[] {
  return log
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [method = '', target = '', status, user = '-', port] = line.split(' ');
      return {
        method,
        target,
        status: Number(status),
        user: user === '-' ? undefined : user,
        port: Number(port),
      };
    });
}
