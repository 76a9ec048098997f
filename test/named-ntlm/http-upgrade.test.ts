/** Real logons over upgrades: whose a WebSocket is, in every framework. */

import { afterEach, describe, expect, test } from '@jest/globals';

import { closeHttpLogons, HttpLogon, logOnOverHttp } from '../instruments/support/http-logon.js';
import { closeServers } from '../instruments/support/http-server.js';
import { serveUpgrades } from '../instruments/support/http-upgrades.js';
import { closeWires, WireClient, type WireResponse } from '../instruments/support/http-wire.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { NAMED_NTLM, nameOf } from '../instruments/support/named-ntlm.js';
import { testWithAccount } from '../instruments/support/skip.js';
import { alice, bob, present, type Account } from '../instruments/support/system.js';
import { ECDSA_PEM } from '../instruments/support/tls-fixtures.js';
import {
  WEB_SOCKET_FRAMEWORKS,
  type RunningWebSockets,
} from '../instruments/support/websocket-frameworks.js';
import {
  exchangeMessage,
  nextMessage,
  webSocketRequest,
} from '../instruments/support/websocket.js';

let running: RunningWebSockets | undefined;
afterEach(async () => {
  closeHttpLogons();
  await closeWires();
  await running?.close();
  running = undefined;
  await closeServers();
  await expectNothingLive();
});

const OPTIONS = { schemes: ['NTLM'], packages: { NTLM: NAMED_NTLM } } as const;

const ofAccount = (authIdentity: Account, path = '/') => ({
  package: NAMED_NTLM,
  authIdentity,
  request: webSocketRequest({ path }),
});

const logOn = async (client: WireClient, account: Account, path?: string): Promise<WireResponse> =>
  (await logOnOverHttp(client, ofAccount(account, path))).response;

const wrong = (account: Account): Account => ({ ...account, password: `${account.password}!` });

describe.each(WEB_SOCKET_FRAMEWORKS)('%s', (_, { path, start, name }) => {
  testWithAccount('opens a WebSocket for each of two users, and none for others', async () => {
    running = await start(OPTIONS);
    const { port } = running;
    const [one, two, three] = await Promise.all([
      WireClient.connect(port),
      WireClient.connect(port),
      WireClient.connect(port),
    ]);
    const answers = await Promise.all([
      logOn(one, present(alice), path),
      logOn(two, present(bob), path),
      logOn(three, wrong(present(alice)), path),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([101, 101, 401]);
    expect(await name(one)).toBe(nameOf(present(alice)));
    expect(await name(two)).toBe(nameOf(present(bob)));
    await three.closed;
  });
});

describe.each([
  ['http', undefined],
  ['https', { key: ECDSA_PEM, cert: ECDSA_PEM }],
])('a WebSocket over %s', (_, tls) => {
  const serve = () =>
    serveUpgrades(
      // The package of the tests has no channel bindings.
      { ...OPTIONS, ...(tls && { extendedProtection: 'never' }) },
      { ...(tls && { tls }) },
    );
  const connectTo = (port: number) => WireClient.connect(port, { ...(tls && { tls: {} }) });

  testWithAccount('is logged on over its own connection, and echoes', async () => {
    const server = await serve();
    const client = await connectTo(server.port);
    expect((await logOn(client, present(alice))).status).toBe(101);
    expect(await nextMessage(client)).toBe(nameOf(present(alice)));
    expect(await exchangeMessage(client, 'hello')).toBe('hello');
  });

  testWithAccount('does not come in with the last leg of another connection', async () => {
    const server = await serve();
    const [victim, thief] = await Promise.all([connectTo(server.port), connectTo(server.port)]);
    const logon = await HttpLogon.begin(ofAccount(present(alice)));
    const challenge = await victim.request(present(await logon.next()));
    const last = present(await logon.next(challenge));
    expect((await thief.request(last)).status).toBe(400);
    await thief.closed;
    expect((await victim.request(last)).status).toBe(101);
    expect(await nextMessage(victim)).toBe(nameOf(present(alice)));
  });
});

test('a page of another site opens none, although the browser would log on', async () => {
  const server = await serveUpgrades(OPTIONS);
  const client = await WireClient.connect(server.port);
  const headers = [['Origin', 'http://evil.test']] as const;
  expect((await client.request(webSocketRequest({ headers }))).status).toBe(403);
  await client.closed;
});
