/** examples/ldap against the domain's own LDAP server, whose Kerberos is not ours. */

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { runChild } from '../instruments/support/child.js';
import { freePort, start, type RunningExample } from '../instruments/support/examples.js';
import { LdapWire } from '../instruments/support/ldap-wire.js';
import { testWithDomain } from '../instruments/support/skip.js';
import { domain, present, wine } from '../instruments/support/system.js';

const HERE = '127.0.0.1';
/** The largest sealed message that the example takes. */
const MAX_SEALED_BYTES = 0x10000;

// The answers in their order: the bind has three.
const TOKEN = 0;
const OFFER = 1;
const FIRST_SEALED = 3;

function controller(): string {
  if (wine !== undefined) return `dc1.${present(domain).realm.toLowerCase()}`;
  const { LOGONSERVER = '', USERDNSDOMAIN = '' } = process.env;
  return `${LOGONSERVER.replaceAll('\\', '')}.${USERDNSDOMAIN}`.toLowerCase();
}

let wire: LdapWire;
beforeEach(() => {
  wire = new LdapWire(domain === undefined ? HERE : controller());
});
afterEach(() => {
  wire.close();
});

async function startOverWire(host = controller()): Promise<RunningExample> {
  return start('ldap/main.mjs', { args: [host, String(await wire.open()), HERE] });
}

/** It ended in time, without an identity, and not by a crash. */
async function expectFailure(example: RunningExample, message: RegExp | string): Promise<void> {
  expect(await example.ended).toBe(1);
  expect(example.output()).toMatch(message);
  expect(example.output()).not.toMatch(/I am|^ {4}at /m);
}

/** The last bit of an answer is another one. */
function changed(answer: Buffer): Buffer {
  const bytes = Buffer.from(answer);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes;
}

testWithDomain('it finds out who it is and in which groups, and nobody else reads it', async () => {
  const example = await startOverWire();
  expect(await example.ended).toBe(0);
  const [, dn] = /^I am \S+\\\S+\nfound: (CN=.+)/.exec(example.output()) ?? [];
  if (wine !== undefined) expect(example.output()).toContain('\nmember of: CN=engineers,');

  // The bind is there for all to see; the rest is not.
  expect(wire.sent.toString('latin1')).toContain('GSSAPI');
  const seen = Buffer.concat([wire.sent, ...wire.answers]).toString('latin1');
  for (const secret of ['1.3.6.1.4.1.4203.1.11.3', 'sAMAccountName', 'memberOf', present(dn)]) {
    expect(seen).not.toContain(secret);
  }
  expect(wire.answers.length).toBeGreaterThan(FIRST_SEALED + 1);
});

testWithDomain('it does not matter in which pieces the answers come', async () => {
  wire.tamper = (answer, _index, client) => {
    for (const byte of answer) client.write(Buffer.of(byte));
  };
  const example = await startOverWire();
  expect(await example.ended).toBe(0);
  expect(example.output()).toMatch(/^I am \S+\\\S+\nfound: CN=/);
});

testWithDomain('thousands of entries come in many messages, and a long request goes', async () => {
  const port = await wire.open();
  const { status, output, errors } = await runChild('native/children/ldap-search.js', {
    input: { host: controller(), port, address: HERE },
  });
  expect(errors).toBe('');
  expect(status).toBe(0);
  expect(output).toEqual({ entries: expect.any(Number), found: 1 });
  const { entries } = output as { entries: number };
  expect(entries).toBeGreaterThan(1000);
  const sizes = wire.answers.slice(FIRST_SEALED).map(({ length }) => length - 4);
  expect(sizes.length).toBeGreaterThan(10);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_SEALED_BYTES);
});

for (const [what, which, error] of [
  ['the token of the server', TOKEN, /SEC_E_/],
  ['the offer of layers', OFFER, 'SEC_E_MESSAGE_ALTERED'],
  ['an answer', FIRST_SEALED, 'SEC_E_MESSAGE_ALTERED'],
] as const) {
  testWithDomain(`a changed bit of ${what} ends it`, async () => {
    wire.tamper = (answer, index, client) => {
      client.write(index === which ? changed(answer) : answer);
    };
    await expectFailure(await startOverWire(), error);
    expect(wire.answers).toHaveLength(which + 1);
  });
}

testWithDomain('an answer that comes twice ends it', async () => {
  wire.tamper = (answer, index, client) => {
    client.write(index === FIRST_SEALED ? Buffer.concat([answer, answer]) : answer);
  };
  const example = await startOverWire();
  expect(await example.ended).toBe(1);
  // Kerberos of Wine calls it an invalid token.
  expect(example.output()).toMatch(/SEC_E_OUT_OF_SEQUENCE|SEC_E_INVALID_TOKEN/);
  expect(example.output()).not.toContain('found:');
});

testWithDomain('an answer that says to be too large ends it', async () => {
  wire.tamper = (answer, index, client) => {
    const bytes = Buffer.from(answer);
    if (index === FIRST_SEALED) bytes.writeUInt32BE(MAX_SEALED_BYTES + 1);
    client.write(bytes);
  };
  await expectFailure(await startOverWire(), 'a message that is too large');
});

testWithDomain('an answer that is cut off ends it', async () => {
  wire.tamper = (answer, index, client) => {
    if (index === FIRST_SEALED) client.end(answer.subarray(0, -1));
    else client.write(answer);
  };
  await expectFailure(await startOverWire(), 'ends in the midst of a message');
});

testWithDomain('a server that the domain does not know learns nothing', async () => {
  await expectFailure(
    await startOverWire(`nowhere.${present(domain).realm.toLowerCase()}`),
    'InitializeSecurityContext failed: SEC_E_',
  );
  expect(wire.sent).toHaveLength(0);
});

testWithDomain('it says that nobody listens', async () => {
  const args = [controller(), String(await freePort()), HERE];
  await expectFailure(start('ldap/main.mjs', { args }), /^ECONNREFUSED: /);
});

test('without a server it says how it is used', async () => {
  await expectFailure(start('ldap/main.mjs'), 'usage: main.mjs HOST');
});
