/** examples/ldap against the domain's own LDAP server: the first foreign peer of our messages. */

import { connect, createServer, type AddressInfo, type Server } from 'node:net';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { start } from '../support/examples.js';
import { testWithDomain } from '../support/skip.js';
import { domain, present, wine } from '../support/system.js';

const LDAP_PORT = 389;

function controller(): string {
  if (wine !== undefined) return `dc1.${present(domain).realm.toLowerCase()}`;
  const { LOGONSERVER = '', USERDNSDOMAIN = '' } = process.env;
  return `${LOGONSERVER.replaceAll('\\', '')}.${USERDNSDOMAIN}`.toLowerCase();
}

/** Stands between the example and the server, and sees what is on the wire. */
class Wire {
  /** Everything that went by, in both directions. */
  bytes = Buffer.alloc(0);
  /** What it makes of what the server says. */
  change: (chunk: Buffer) => Buffer = (chunk) => chunk;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((client) => {
      const server = connect(LDAP_PORT, controller());
      client.on('data', (chunk: Buffer) => {
        this.bytes = Buffer.concat([this.bytes, chunk]);
        server.write(chunk);
      });
      server.on('data', (chunk: Buffer) => {
        this.bytes = Buffer.concat([this.bytes, chunk]);
        client.write(this.change(chunk));
      });
      client.on('error', () => undefined).on('close', () => server.destroy());
      server.on('error', () => undefined).on('close', () => client.destroy());
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return String((this.#server.address() as AddressInfo).port);
  }

  close(): void {
    this.#server.close();
  }
}

let wire: Wire;
beforeEach(() => {
  wire = new Wire();
});
afterEach(() => {
  wire.close();
});

// Over another port than its own the server of Windows is the same server.
testWithDomain(
  'it finds out who it is and in which groups, and nobody else can read it',
  async () => {
    const example = start('ldap/main.mjs', { args: [controller(), await wire.open()] });
    expect(await example.ended).toBe(0);
    expect(example.output()).toMatch(/^I am \S+\\\S+\nfound: CN=/);
    if (wine !== undefined) expect(example.output()).toContain('member of: CN=engineers,');

    // The bind is there for all to see; the rest is not.
    const seen = wire.bytes.toString('latin1');
    expect(seen).toContain('GSSAPI');
    for (const secret of ['1.3.6.1.4.1.4203.1.11.3', 'sAMAccountName', 'memberOf', 'CN=']) {
      expect(seen).not.toContain(secret);
    }
  },
);

testWithDomain('a byte of an answer that is changed on its way ends it', async () => {
  const port = await wire.open();
  let answers = 0;
  wire.change = (chunk) => {
    // The bind has three answers at most, each in a piece of its own, and begins with a SEQUENCE.
    if (chunk[0] === 0x30) return chunk;
    answers += 1;
    const changed = Buffer.from(chunk);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    return changed;
  };
  const example = start('ldap/main.mjs', { args: [controller(), port] });
  expect(await example.ended).toBe(1);
  expect(answers).toBe(1);
  expect(example.output()).toContain('SEC_E_MESSAGE_ALTERED');
  expect(example.output()).not.toContain('I am');
});

testWithDomain('a server that is not the one that was asked for learns nothing', async () => {
  const example = start('ldap/main.mjs', { args: [`nowhere.${present(domain).realm}`] });
  expect(await example.ended).toBe(1);
  expect(wire.bytes).toHaveLength(0);
  expect(example.output()).not.toContain('I am');
});

test('without a server it says how it is used', async () => {
  const example = start('ldap/main.mjs');
  expect(await example.ended).toBe(1);
  expect(example.output()).toContain('usage: main.mjs HOST');
});
