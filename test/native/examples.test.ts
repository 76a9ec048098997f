import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, expect } from '@jest/globals';

import { patience } from '../support/patience.js';
import { testIf, testWithDomain } from '../support/skip.js';
import { domain, present, wine } from '../support/system.js';

const EXAMPLES = join(__dirname, '..', '..', '..', 'examples');

const running: { child: ChildProcess; ended: Promise<unknown> }[] = [];
const folder = mkdtempSync(join(tmpdir(), 'secur32-examples-'));
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill();
    await ended;
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs an example with its output in a file, as programs under Wine need it. */
function start(name: string, ...args: string[]) {
  const file = join(folder, `${name}.txt`);
  const output = openSync(file, 'w');
  const child = spawn(process.execPath, [join(EXAMPLES, name), ...args], {
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  running.push({ child, ended });
  return { ended, output: () => readFileSync(file, 'utf8') };
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    if (waited > 20_000 * patience) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// On Windows the current user logs on over loopback, in the domain with a ticket.
const testWithUser = testIf(wine === undefined || domain !== undefined, 'needs a domain');

testWithUser('logon.js logs on from end to end', async () => {
  const example = start('logon.js');
  expect(await example.ended).toBe(0);
  expect(example.output()).toMatch(/^logged on by (Kerberos|NTLM): true\n/);
  expect(example.output()).toContain('ASC_RET_CONFIDENTIALITY');
});

testWithUser('client.mjs logs on to server.mjs, twice', async () => {
  const port = String(await freePort());
  const spn = domain?.spn ?? `HOST/${hostname()}`;
  const server = start('server.mjs', port);
  await until(() => server.output().includes('listening'));
  for (let i = 0; i < 2; i++) {
    const client = start('client.mjs', port, spn);
    expect(await client.ended).toBe(0);
    expect(client.output()).toMatch(/^welcome, by (Kerberos|NTLM)\n$/);
  }
});

testWithDomain('client.mjs says why it could not log on', async () => {
  const port = String(await freePort());
  const server = start('server.mjs', port);
  await until(() => server.output().includes('listening'));
  const client = start('client.mjs', port, `HTTP/nowhere.${present(domain).realm}`);
  expect(await client.ended).toBe(1);
  expect(client.output()).toContain('InitializeSecurityContext failed: SEC_E_');
});
