/** HAProxy in front of a server. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, listening, startProgram, type Program } from './programs.js';

export interface Proxy {
  port: number;
  program: Program;
}

/** With a file of its own, and variables for it. */
export async function startHaproxy(
  file: string,
  variables: Record<string, string>,
): Promise<Proxy> {
  const port = await freePort();
  const program = startProgram('haproxy', ['-db', '-f', file], {
    ...variables,
    LISTEN_PORT: String(port),
  });
  await listening(port, program);
  return { port, program };
}

/** With these lines for its one backend, whose server listens on a port. */
export async function startHaproxyWith(lines: readonly string[], server: number): Promise<Proxy> {
  const file = join(mkdtempSync(join(tmpdir(), 'secur32-haproxy-')), 'haproxy.cfg');
  writeFileSync(
    file,
    `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind "127.0.0.1:\${LISTEN_PORT}"
  default_backend servers
backend servers
${lines.map((line) => `  ${line}\n`).join('')}  server web 127.0.0.1:${server}
`,
  );
  return startHaproxy(file, {});
}
