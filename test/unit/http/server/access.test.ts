/** Who may come in, of those who logged on, and of those who did not. */

import { fake } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, jest, test } from '@jest/globals';

import {
  SEC_E_LOGON_DENIED,
  SEC_E_UNSUPPORTED_FUNCTION,
} from '../../../../lib/constants/status.js';
import { getAuthentication, getIdentity } from '../../../../lib/http/server/authentication.js';
import { integratedAuth } from '../../../../lib/http/server/adapters/middleware.js';
import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { queueLogon, type FakeLogon } from '../../../instruments/support/fake-logons.js';
import {
  ALICE,
  DENY_ONLY,
  DISABLED,
  ENABLED,
  GUESTS,
  queueClient,
  USERS,
} from '../../../instruments/support/fake-tokens.js';
import { argumentError, coded } from '../../../instruments/support/fake-handles.js';
import { message } from '../../../instruments/support/http-message.js';
import { closeServers, serve, type Handler } from '../../../instruments/support/http-server.js';
import {
  closeWires,
  WireClient,
  type WireRequest,
} from '../../../instruments/support/http-wire.js';

afterEach(async () => {
  await closeWires();
  await closeServers();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const TICKET = { token: Buffer.from('ticket') };
const NULL_SESSION = 0x100000;
const ADMINISTRATORS = 'S-1-5-32-544';
const EVERYONE = 'S-1-1-0';
const inGroup = (sid: string, attributes: number): FakeLogon => ({
  token: { groups: [[sid, attributes]] },
});

const guestIn = (...sids: string[]): FakeLogon => ({
  token: { groups: [GUESTS, ...sids].map((sid) => [sid, ENABLED]) },
});

/** The status of one request with a token, and whether the next one is known without. */
async function tryToComeIn(options: IntegratedAuthOptions, logon: FakeLogon, scheme = 'NTLM') {
  const { port, handled } = await serve({ schemes: ['Negotiate', 'NTLM'], ...options });
  const client = await WireClient.connect(port);
  queueLogon({ name: 'TEST\\alice', ...logon });
  const { status } = await client.request({ scheme, ...TICKET });
  const next = await client.request();
  expect(handled).toHaveLength(Number(status === 200) + Number(next.status === 200));
  return [status, next.status];
}

const IN = [200, 200];
const OUT = [403, 401];
/** As a wrong password: Windows takes names that it does not know for the guest's. */
const GUEST_OUT = [401, 401];

describe('somebody who logged on', () => {
  test.each<[string, IntegratedAuthOptions, FakeLogon, number[]]>([
    ['without rules', {}, {}, IN],
    ['who is allowed', { allow: [ALICE] }, {}, IN],
    ['who is not allowed', { allow: ['S-1-5-21-1-2-3-9999'] }, {}, OUT],
    ['where nobody is allowed', { allow: [] }, {}, OUT],
    ['who is denied', { deny: [ALICE] }, {}, OUT],
    ['who is allowed and denied', { allow: [ALICE], deny: [ALICE] }, {}, OUT],
    ['whose group is allowed', { allow: [USERS] }, inGroup(USERS, ENABLED), IN],
    ['whose group is not enabled', { allow: [USERS] }, inGroup(USERS, DISABLED), OUT],
    ['whose group is for denying only', { allow: [USERS] }, inGroup(USERS, DENY_ONLY), OUT],
    ['whose group is denied', { deny: [USERS] }, inGroup(USERS, ENABLED), OUT],
    ['whose denied group is disabled', { deny: [USERS] }, inGroup(USERS, DISABLED), OUT],
    [
      'who is denied for denying only',
      { deny: [ADMINISTRATORS] },
      inGroup(ADMINISTRATORS, DENY_ONLY),
      OUT,
    ],
    ['who is a guest', {}, inGroup(GUESTS, ENABLED), GUEST_OUT],
    ['who is the account Guest', {}, { token: { user: 'S-1-5-21-1-2-3-501' } }, GUEST_OUT],
    ['who is a guest where guests may', { guests: true }, inGroup(GUESTS, ENABLED), IN],
    ['who is an allowed guest', { allow: [GUESTS] }, inGroup(GUESTS, ENABLED), IN],
    ['who is a guest, with deny', { deny: [USERS] }, inGroup(GUESTS, ENABLED), GUEST_OUT],
    [
      'who is a guest, with deny, where everyone is allowed (S7)',
      { allow: [EVERYONE], deny: [USERS] },
      guestIn(EVERYONE),
      IN,
    ],
    [
      'who is a denied guest, where everyone is allowed (S7)',
      { allow: [EVERYONE], deny: [USERS] },
      guestIn(EVERYONE, USERS),
      GUEST_OUT,
    ],
    ['who is a guest, with allow', { allow: [USERS] }, inGroup(GUESTS, ENABLED), GUEST_OUT],
  ])('%s', async (_, options, logon, statuses) => {
    expect(await tryToComeIn(options, logon)).toEqual(statuses);
  });

  test.each<[string, FakeLogon, number]>([
    ['who is nobody', { token: { user: 'S-1-5-7' } }, 403],
    ['with a null session', { leg: { attr: NULL_SESSION } }, 403],
  ])('%s stays out, whatever is allowed', async (_, logon, status) => {
    const { port, handled } = await serve({ schemes: ['NTLM'], guests: true, anonymous: 'pass' });
    const client = await WireClient.connect(port);
    if (logon.leg === undefined) {
      fake.legAnswers.push({});
      fake.tokenAnswers.push([0]);
      fake.informationAnswers.push([0, 'S-1-5-7', 0, 2, 1n, 0, 1, 0x2000, 0]);
      fake.attributeAnswers.push([0, undefined]);
    } else {
      fake.legAnswers.push(logon.leg);
    }
    expect((await client.request({ scheme: 'NTLM', ...TICKET })).status).toBe(status);
    expect(handled).toEqual([]);
  });

  test.each([
    ['what is required', { require: ['delegate'] as const }],
    ['a target name', { targetNames: ['HTTP/web.example.com'] }],
  ])('who is a guest without %s is answered as a wrong password', async (_, options) => {
    const { port, handled, events } = await serve(options);
    const answers = [];
    for (const sids of [[GUESTS], [USERS]]) {
      const connection = await WireClient.connect(port);
      fake.legAnswers.push({});
      // Target names are asked for before the identity.
      if ('targetNames' in options) fake.attributeAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
      queueClient({ token: { groups: sids.map((sid) => [sid, ENABLED] as const) } });
      answers.push(await connection.request(TICKET));
    }
    const connection = await WireClient.connect(port);
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED });
    const wrong = await connection.request(TICKET);
    expect(answers.map(({ status }) => status)).toEqual([401, 403]);
    expect(answers[0]?.raw).toBe(wrong.raw);
    expect(handled).toEqual([]);
    expect(events).toMatchObject([{ reason: 'the client is a guest' }, {}, {}]);
  });

  test('without what is required stays out', async () => {
    const { port, handled } = await serve({ require: ['delegate'] });
    const client = await WireClient.connect(port);
    fake.legAnswers.push({ attr: 0 });
    const response = await client.request(TICKET);
    expect(response.status).toBe(403);
    expect(response.all('www-authenticate')).toEqual([]);
    expect(handled).toEqual([]);
  });

  test('of whom nobody knows the groups stays out where there are rules', async () => {
    const { port } = await serve({ schemes: ['NTLM'], allow: [ALICE] });
    const client = await WireClient.connect(port);
    fake.legAnswers.push({});
    fake.tokenAnswers.push([0x80090302]);
    fake.attributeAnswers.push([0, 'TEST\\alice'], [0x80090302]);
    expect((await client.request({ scheme: 'NTLM', ...TICKET })).status).toBe(403);
  });
});

describe('with ntlm: false', () => {
  test.each<[string, string | undefined, number]>([
    ['Kerberos', 'Kerberos', 200],
    ['NTLM', 'NTLM', 403],
    ['a package that nobody knows', 'Pku2u', 403],
    ['a package that is not told', undefined, 403],
  ])('a logon by %s within Negotiate: %p is %d', async (_, negotiated, status) => {
    const { port } = await serve({ ntlm: false });
    const client = await WireClient.connect(port);
    queueLogon(negotiated === undefined ? {} : { negotiated });
    expect((await client.request(TICKET)).status).toBe(status);
    expect((await client.request()).status).toBe(401);
    expect(fake.acquisitions).toMatchObject([{ packageList: '!ntlm' }]);
  });

  test('no list is made for another package', async () => {
    await serve({ ntlm: false, packages: { Negotiate: 'Kerberos' } });
    expect(fake.acquisitions).toMatchObject([{ packageName: 'Kerberos', packageList: undefined }]);
  });
});

describe('with anonymous: pass', () => {
  const PASS = { anonymous: 'pass', schemes: ['NTLM'] } as const;
  const whoIs: Handler = (request, response) => {
    let code: unknown;
    try {
      getIdentity(request);
    } catch (error) {
      code = (error as { code: unknown }).code;
    }
    response.end(JSON.stringify({ code, identity: getAuthentication(request) ?? null }));
  };

  test.each<[string, WireRequest]>([
    ['nothing', {}],
    ['a scheme alone', { headers: [['Authorization', 'NTLM']] }],
    ['a sign of a proxy', { headers: [['Via', '1.1 x']] }],
    ['a foreign origin', { headers: [['Origin', 'http://evil.test']] }],
  ])('a request with %s is handled, of nobody', async (_, request) => {
    const { port } = await serve(PASS, { handler: whoIs });
    const client = await WireClient.connect(port);
    const response = await client.request(request);
    expect(response.json).toEqual({ code: 'ERR_SECUR32_NOT_AUTHENTICATED', identity: null });
    expect(response.all('www-authenticate')).toEqual([]);
  });

  test.each<[string, WireRequest, number]>([
    ['nonsense', { headers: [['Authorization', 'NTLM !']] }, 400],
    ['a logon through a proxy', { ...TICKET, scheme: 'NTLM', headers: [['Via', '1.1 x']] }, 403],
    [
      'a logon from elsewhere',
      { ...TICKET, scheme: 'NTLM', headers: [['Origin', 'http://evil.test']] },
      403,
    ],
  ])('%s is not', async (_, request, status) => {
    const { port, handled } = await serve(PASS);
    const client = await WireClient.connect(port);
    expect((await client.request(request)).status).toBe(status);
    expect(handled).toEqual([]);
  });

  test('a logon that fails does not come in as nobody', async () => {
    const { port, handled } = await serve(PASS);
    const client = await WireClient.connect(port);
    fake.legAnswers.push({ status: 0x8009030c });
    const response = await client.request({ ...TICKET, scheme: 'NTLM' });
    expect(response.status).toBe(401);
    expect(response.all('www-authenticate')).toEqual(['NTLM']);
    expect(handled).toEqual([]);
  });

  test('who logs on is who that is, and from another site nobody', async () => {
    const { port } = await serve(PASS);
    const client = await WireClient.connect(port);
    queueLogon({ name: 'TEST\\alice' });
    expect((await client.request({ ...TICKET, scheme: 'NTLM' })).json).toMatchObject({
      name: 'TEST\\alice',
    });
    const foreign = await client.request({ headers: [['Origin', 'http://evil.test']] });
    expect(foreign.json).toEqual({});
    expect((await client.request()).json).toMatchObject({ name: 'TEST\\alice' });
  });
});

describe('a page of another site', () => {
  const EVIL: WireRequest = { headers: [['Origin', 'http://evil.test']] };

  test('does not act as a user who has logged on', async () => {
    const { port, handled } = await serve({ schemes: ['NTLM'] });
    const client = await WireClient.connect(port);
    queueLogon();
    await client.request({ ...TICKET, scheme: 'NTLM' });
    const response = await client.request({ ...EVIL, method: 'POST', body: 'x' });
    expect(response.status).toBe(403);
    expect(response.all('www-authenticate')).toEqual([]);
    expect(handled).toHaveLength(1);
  });

  test('is not asked to log on, and cannot', async () => {
    const { port, handled } = await serve({ schemes: ['NTLM'] });
    const client = await WireClient.connect(port);
    expect((await client.request(EVIL)).status).toBe(403);
    expect((await client.request({ ...EVIL, ...TICKET, scheme: 'NTLM' })).status).toBe(403);
    expect(handled).toEqual([]);
  });
});

describe('getIdentity', () => {
  test('throws for a request that the middleware never saw', () => {
    for (const ask of [getIdentity, getAuthentication]) {
      expect(() => ask(message([]))).toThrow(coded('ERR_SECUR32_NOT_AUTHENTICATED'));
    }
  });

  test.each([[undefined], [null], [1], ['GET / HTTP/1.1'], [true]])('throws for %p', (value) => {
    expect(() => getIdentity(value as never)).toThrow(argumentError('must be the request'));
  });

  test('is not fooled by what a request says itself', () => {
    const request = Object.assign(message([['X-Remote-User', 'TEST\\alice']]), {
      identity: { sid: ALICE, name: 'TEST\\alice' },
      user: 'TEST\\alice',
    });
    expect(() => getIdentity(request)).toThrow(coded('ERR_SECUR32_NOT_AUTHENTICATED'));
    expect(() => getIdentity({ raw: request })).toThrow(coded('ERR_SECUR32_NOT_AUTHENTICATED'));
  });

  test('gives the same as the request, which cannot be changed by mistake', async () => {
    const same: boolean[] = [];
    const { port } = await serve(
      { schemes: ['NTLM'] },
      {
        handler: (request, response) => {
          const own = (request as { identity?: unknown }).identity;
          same.push(own === getIdentity(request), own === getIdentity({ raw: request }));
          same.push(own === getIdentity({ req: request }));
          expect(() => ((request as { identity?: unknown }).identity = 'somebody')).toThrow(
            TypeError,
          );
          response.end();
        },
      },
    );
    const client = await WireClient.connect(port);
    queueLogon();
    await client.request({ ...TICKET, scheme: 'NTLM' });
    expect(same).toEqual([true, true, true]);
  });

  test('is not asked of a second middleware, which would take the token for a replay', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const inner = integratedAuth({ anonymous: 'pass', schemes: ['Negotiate'] });
    const sids: unknown[] = [];
    const { port } = await serve(
      { schemes: ['NTLM'] },
      {
        handler: (request, response) => {
          sids.push(getIdentity(request).sid);
          inner(request, response, () => {
            response.end('in');
          });
        },
      },
    );
    const client = await WireClient.connect(port);
    queueLogon();
    const response = await client.request({ ...TICKET, scheme: 'NTLM' });
    expect([response.status, response.body]).toEqual([500, 'The logon failed.\n']);
    expect(sids).toEqual([ALICE]);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('another integratedAuth'), { code: 'SECUR32_HTTP_FAILURE' }],
    ]);
    warn.mockRestore();
    await inner.close();
  });
});
