/** curl by SPNEGO, against a server of ours that knows who it is. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { IntegratedAuthOptions } from '../../lib/http/index.js';
import { startApache, type Apache } from '../instruments/support/peers/apache.js';
import { selfSigned } from '../instruments/support/peers/certificates.js';
import { curl } from '../instruments/support/peers/curl.js';
import { sambaTool, sidOf } from '../instruments/support/peers/domain.js';
import {
  alice,
  bob,
  required,
  ticketOf,
  type Person,
} from '../instruments/support/peers/people.js';
import { startTlsRelay } from '../instruments/support/peers/tls-relay.js';
import { startWebServer, type WebServer } from '../instruments/support/peers/web-server.js';
import type { WebServerAnswer } from '../instruments/support/peers/web-server-program.js';

const GROUP = required('SECUR32_TEST_GROUP');
const packages = { Negotiate: 'MitNegotiate', NTLM: 'MitNTLM' };
const NEGOTIATE = ['--negotiate', '-u', ':'];

const start = (options: IntegratedAuthOptions = {}) =>
  startWebServer({ schemes: ['Negotiate'], packages, ...options });

async function statusFor(server: WebServer, who: Person): Promise<number> {
  return (await curl([...NEGOTIATE, server.url()], ticketOf(who))).status;
}

async function whoIs(server: WebServer, who: Person): Promise<WebServerAnswer> {
  const { status, body } = await curl([...NEGOTIATE, server.url()], ticketOf(who));
  expect(status).toBe(200);
  return JSON.parse(body) as WebServerAnswer;
}

describe('the identity of the client', () => {
  let server: WebServer;
  beforeAll(async () => {
    server = await start();
  });

  test.each([
    ['alice', alice],
    ['bob', bob],
  ])('is the name and the SID that the domain has for %s', async (name, who) => {
    expect(await whoIs(server, who)).toMatchObject({
      scheme: 'Negotiate',
      package: 'Kerberos',
      name: `SSPI\\${name}`,
      sid: sidOf(name),
    });
  });

  test('has the groups that the domain says', async () => {
    const users = sidOf('Domain Users');
    expect((await whoIs(server, alice)).groups).toEqual(
      expect.arrayContaining([sidOf(GROUP), users, 'S-1-1-0']),
    );
    const { groups } = await whoIs(server, bob);
    expect(groups).toContain(users);
    expect(groups).not.toContain(sidOf(GROUP));
  });

  test('is of each ticket, on connections that are shared', async () => {
    const people = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? alice : bob));
    const answers = await Promise.all(people.map((who) => whoIs(server, who)));
    expect(answers.map(({ name }) => name)).toEqual(people.map(({ user }) => `SSPI\\${user}`));
  });
});

describe('a group of the domain', () => {
  test('lets its members in, and nobody else', async () => {
    const server = await start({ allow: [sidOf(GROUP)] });
    expect(await statusFor(server, alice)).toBe(200);
    expect(await statusFor(server, bob)).toBe(403);
  });

  test('keeps its members out, and nobody else', async () => {
    const server = await start({ deny: [sidOf(GROUP)] });
    expect(await statusFor(server, alice)).toBe(403);
    expect(await statusFor(server, bob)).toBe(200);
  });

  describe('in another group', () => {
    const OUTER = 'builders';
    beforeAll(() => {
      sambaTool('group', 'add', OUTER);
      sambaTool('group', 'addmembers', OUTER, GROUP);
    });
    afterAll(() => {
      sambaTool('group', 'delete', OUTER);
    });

    test('makes its members members of that one', async () => {
      const server = await start({ allow: [sidOf(OUTER)] });
      expect(await statusFor(server, alice)).toBe(200);
      expect(await statusFor(server, bob)).toBe(403);
    });
  });

  test('does not let in who left it, from the next ticket on', async () => {
    const server = await start({ allow: [sidOf(GROUP)] });
    sambaTool('group', 'removemembers', GROUP, 'alice');
    try {
      expect(await statusFor(server, alice)).toBe(403);
    } finally {
      sambaTool('group', 'addmembers', GROUP, 'alice');
    }
    expect(await statusFor(server, alice)).toBe(200);
  });
});

describe('Extended Protection, with a client that sends bindings', () => {
  const certificate = selfSigned('web.sspi.test');
  const trusting = ['--insecure', ...NEGOTIATE];

  test('lets it in where they are of this connection', async () => {
    const server = await startWebServer(
      { schemes: ['Negotiate'], packages, extendedProtection: 'always' },
      certificate,
    );
    expect((await curl([...trusting, server.url()])).status).toBe(200);
  });

  test('does not where somebody stands between', async () => {
    const server = await startWebServer(
      { schemes: ['Negotiate'], packages, extendedProtection: 'always' },
      certificate,
    );
    const relay = await startTlsRelay(selfSigned('web.sspi.test'), server.port);
    try {
      const url = `https://web.sspi.test:${relay.port}/`;
      expect((await curl([...trusting, url])).status).toBe(401);
      await server.told(/SEC_E_BAD_BINDINGS/);
    } finally {
      relay.close();
    }
  });
});

describe('the double hop', () => {
  let apache: Apache;
  let server: WebServer;
  beforeAll(async () => {
    apache = await startApache();
    server = await startWebServer(
      { schemes: ['Negotiate'], packages, keepContext: true },
      undefined,
      'http1',
      { url: apache.url('/hop'), package: 'MitNegotiate' },
    );
  });

  test('reads a page of Apache as the client who handed a ticket over', async () => {
    const args = [...NEGOTIATE, '--delegation', 'always', server.url()];
    const { status, body } = await curl(args, ticketOf(bob));
    expect([status, body]).toEqual([200, expect.stringContaining('"bob@SSPI.TEST"')]);
  });

  test('fails for a client who handed nothing over, and does not read as the server', async () => {
    const { status, body } = await curl([...NEGOTIATE, server.url()], ticketOf(bob));
    expect([status, body]).toEqual([502, 'SEC_E_NO_CREDENTIALS']);
  });
});
