import { hostname } from 'node:os';

import { expect } from '@jest/globals';

import { freePort, start, until } from '../instruments/support/examples.js';
import { testIf, testOnWindows, testWithDomain } from '../instruments/support/skip.js';
import { domain, present, wine } from '../instruments/support/system.js';

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
  const server = start('server.mjs', { args: [port] });
  await until(() => server.output().includes('listening'));
  for (let i = 0; i < 2; i++) {
    const client = start('client.mjs', { args: [port, spn] });
    expect(await client.ended).toBe(0);
    const who = wine === undefined ? /^welcome, \S+\\\S+\n$/ : 'welcome, whoever you are\n';
    expect(client.output()).toMatch(who);
  }
});

testWithDomain('client.mjs says why it could not log on', async () => {
  const port = String(await freePort());
  const server = start('server.mjs', { args: [port] });
  await until(() => server.output().includes('listening'));
  const client = start('client.mjs', {
    args: [port, `HTTP/nowhere.${present(domain).realm}`],
  });
  expect(await client.ended).toBe(1);
  expect(client.output()).toContain('InitializeSecurityContext failed: SEC_E_');
});

/** What an example says of a call that this system does not have. */
function lacking(call: string): string {
  return `${call} failed: SEC_E_UNSUPPORTED_FUNCTION (0x80090302), `;
}

testWithUser('whoami.mjs says who logged on, or that this system does not know', async () => {
  const example = start('whoami.mjs');
  expect(await example.ended).toBe(0);
  expect(example.output()).toMatch(/^logged on by (Kerberos|NTLM); identity from: /);
  if (wine === undefined) {
    expect(example.output()).toMatch(/\nuser: \S.* \(S-1-5-21-[-0-9]+\)\n/);
    expect(example.output()).toMatch(/\ngroup: .*, member\n/);
  } else {
    expect(example.output()).toContain('user: no name (no SID)\ngroups: unknown; ');
  }
});

testWithUser(
  'message-protection.mjs sends messages that nobody else can read or change',
  async () => {
    const example = start('message-protection.mjs');
    expect(await example.ended).toBe(0);
    const lines = example.output().trimEnd().split('\n');
    expect(lines[0]).toMatch(/^the server got \d+ bytes, "(?:(?!hello).)*"$/);
    expect(lines[1]).toBe('the client got: you said "hello"');
    expect(lines[3]).toBe('the client got: you said "is anybody listening?"');
    expect(lines[4]).toMatch(/^signed with \d+ bytes: the office closes at six$/);
    expect(lines.at(-1)).toBe('the server refused a message: SEC_E_MESSAGE_ALTERED');
  },
);

testIf(wine !== undefined && domain !== undefined, 'only on Wine')(
  'delegation.mjs and export-import.mjs say what this system lacks',
  async () => {
    const delegation = start('delegation.mjs');
    expect(await delegation.ended).toBe(1);
    expect(delegation.output()).toContain("the front server's client: ");
    expect(delegation.output()).toContain(lacking('ImpersonateSecurityContext'));
    const transfer = start('export-import.mjs');
    expect(await transfer.ended).toBe(1);
    expect(transfer.output()).toContain(lacking('ExportSecurityContext'));
  },
);

testOnWindows('export-import.mjs reads the client in another process', async () => {
  const example = start('export-import.mjs');
  expect(await example.ended).toBe(0);
  expect(example.output()).toMatch(/^process \d+ reads: hello, whoever you are\n/);
  expect(example.output()).toMatch(/\nits user: S-1-5-21-[-0-9]+\n/);
});

testOnWindows('delegation.mjs goes as far as the machine is trusted for', async () => {
  const example = start('delegation.mjs');
  // Of a machine outside of a domain, or not trusted for delegation.
  const output =
    (await example.ended) === 0 ? /the back server's client: / : /REQUIREMENTS_NOT_MET/;
  expect(example.output()).toMatch(output);
});
