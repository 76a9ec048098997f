/** Apache httpd with mod_auth_gssapi, a server for clients of ours. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ServerCertificate } from './certificates.js';
import { required } from './people.js';
import { freePort, listening, startProgram, type Program } from './programs.js';
import { copyFor, directoryOf } from './service-files.js';

export const APACHE_HOST = 'apache.sspi.test';

/** A system may not run it as root. */
const USER = 'www-data';
const MODULES = [
  'authn_core',
  'authz_core',
  'authz_user',
  'auth_gssapi',
  'cgi',
  'alias',
  'mpm_prefork',
];

/** What it answers to whom it lets in. */
export interface ApacheAnswer {
  /** user@REALM */
  user: string;
  method: string;
  path: string;
  /** Of the body. */
  bytes: number;
}

/** A request in its log. */
export interface ApacheRequest {
  method: string;
  path: string;
  status: number;
  /** undefined where nobody logged on. */
  user: string | undefined;
  /** The port of the client, which tells connections apart. */
  port: number;
  /** How many requests this connection had before. */
  before: number;
}

export interface Apache {
  port: number;
  /** The address of a path, by the name that the service has. */
  url(path?: string): string;
  /** What was asked so far, in the order of the answers. */
  requests(): ApacheRequest[];
  program: Program;
}

const ANSWER = `#!/bin/sh
echo 'Content-Type: application/json'
echo
printf '{"user":"%s","method":"%s","path":"%s","bytes":%d}\\n' \\
  "$REMOTE_USER" "$REQUEST_METHOD" "$PATH_INFO" "$(wc -c)"
`;

/** Starts it; every path wants a logon by Kerberos. */
export async function startApache(certificate?: ServerCertificate): Promise<Apache> {
  const port = await freePort();
  const directory = directoryOf(USER);
  const script = join(directory, 'answer.sh');
  writeFileSync(script, ANSWER, { mode: 0o755 });
  const keytab = copyFor(USER, required('SECUR32_TEST_PEERS_KEYTAB'), directory, 'keytab');
  const log = join(directory, 'requests');
  const modules = [...MODULES, ...(certificate ? ['ssl'] : [])];
  const tls = certificate && [
    'SSLEngine On',
    `SSLCertificateFile ${certificate.certificate}`,
    `SSLCertificateKeyFile ${certificate.key}`,
  ];

  const file = join(directory, 'apache.conf');
  writeFileSync(
    file,
    `
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
User ${USER}
Group ${USER}
ServerName ${APACHE_HOST}
Listen 127.0.0.1:${port}
DefaultRuntimeDir ${directory}
PidFile ${directory}/pid
ErrorLog |/bin/cat
LogLevel info
# Wide enough for a ticket of 48,000 bytes.
LimitRequestFieldSize 98304
KeepAlive On
StartServers 2
ScriptAlias / ${script}/
LogFormat "%m %U %>s %u %{remote}p %k" request
CustomLog ${log} request
${(tls ?? []).join('\n')}
<Location />
  AuthType GSSAPI
  AuthName "${APACHE_HOST}"
  GssapiCredStore keytab:${keytab}
  Require valid-user
</Location>
`,
  );
  const program = startProgram('apache2', ['-D', 'FOREGROUND', '-f', file]);
  await listening(port, program);
  const scheme = certificate ? 'https' : 'http';
  return {
    port,
    url: (path = '/') => `${scheme}://${APACHE_HOST}:${port}${path}`,
    requests: () => (existsSync(log) ? readRequests(readFileSync(log, 'utf8')) : []),
    program,
  };
}

function readRequests(log: string): ApacheRequest[] {
  return log
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [method = '', path = '', status, user = '-', port, before] = line.split(' ');
      return {
        method,
        path,
        status: Number(status),
        user: user === '-' ? undefined : user,
        port: Number(port),
        before: Number(before),
      };
    });
}
