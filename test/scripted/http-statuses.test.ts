/** Every status of the headers, on every leg of a logon over HTTP: the right answer, and everything is given back. */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { ASC_RET_EXTENDED_ERROR } from '../../lib/constants/asc-flags.js';
import {
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_OK,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_COMPLETE_AND_CONTINUE,
  SEC_I_COMPLETE_NEEDED,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import { SspiError } from '../../lib/core/errors.js';
import { getFailure } from '../../lib/http/server/logon/failures.js';
import { countOpenHandshakes } from '../../lib/http/server/logon/handshake-slots.js';
import { isFailure, statusName } from '../../lib/core/status.js';
import { until as untilServer, type TestServer } from '../instruments/support/http-server.js';
import {
  endOfHttpTest,
  FIRST,
  script,
  serveScripted,
  TOKEN,
} from '../instruments/support/http-scripted.js';
import { WireClient, type WireResponse } from '../instruments/support/http-wire.js';
import {
  control,
  getAcquainted,
  leftovers,
  until,
  type ScriptedAnswer,
  type ScriptedBuffer,
} from '../instruments/support/scripted.js';
import { ALL_STATUSES } from '../instruments/support/statuses.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(endOfHttpTest);

const CONTINUE: ScriptedAnswer = { status: SEC_I_CONTINUE_NEEDED, output: ['challenge'] };
const DONE: readonly number[] = [SEC_E_OK, SEC_I_COMPLETE_NEEDED];

type Call = 'AcceptSecurityContext' | 'CompleteAuthToken';

/** The HTTP status of a leg that failed. */
const answered = (status: number, leg: number, call: Call = 'AcceptSecurityContext') =>
  getFailure(new SspiError(call, status, []), {
    token: TOKEN,
    challenge: leg === 1 ? undefined : Buffer.from('challenge'),
  }).status;

/** ERROR_ACCOUNT_DISABLED, ERROR_ACCOUNT_LOCKED_OUT, STATUS_ACCOUNT_LOCKED_OUT; and what nobody names. */
const HRESULTS = [0x8007_0533, 0x8007_0775, 0xd000_0234, 0x8007_ffff, 0xc000_ffff];

/** A package that fails without a token for the client. */
const answerOf = (status: number): ScriptedAnswer => ({
  status,
  output: ['reply'],
  ...(isFailure(status) && { attributes: 0 }),
});

/** What is wrong with an answer; nothing if all is well. */
function complaint(
  response: WireResponse,
  status: number,
  leg: number,
  call: Call = 'AcceptSecurityContext',
) {
  const challenge = response.token?.toString();
  if (isFailure(status)) {
    const expected = answered(status, leg, call);
    if (response.status !== expected) return `${response.status}, not ${expected}`;
    if (response.all('persistent-auth').length > 0) return 'says that a logon holds';
    return challenge === undefined ? undefined : `the token ${challenge}`;
  }
  if (DONE.includes(status)) {
    if (response.status !== 200) return `${response.status}, not 200`;
    return challenge === 'reply' ? undefined : `the token ${String(challenge)}`;
  }
  if (response.status !== 401) return `${response.status}, not 401`;
  return challenge === 'reply' ? undefined : `the token ${String(challenge)}`;
}

/** Waits until only the server's credentials are left. */
const allGivenBack = (count: number) =>
  until(
    () => leftovers()['contexts of the package'] === 0 && countOpenHandshakes() === 0,
    () => `after ${count}: ${JSON.stringify(leftovers())}, ${countOpenHandshakes()} handshakes`,
  );

async function runAll(
  server: TestServer,
  legs: number,
  answer: (status: number) => ScriptedAnswer,
) {
  const complaints: string[] = [];
  for (const status of ALL_STATUSES) {
    const client = await WireClient.connect(server.port);
    for (let leg = 1; leg < legs; leg++) {
      script().on('accept', CONTINUE);
      const response = await client.request(FIRST);
      if (response.status !== 401) complaints.push(`leg ${leg} before ${statusName(status)}`);
    }
    script().on('accept', answer(status));
    const response = await client.request(FIRST);
    const wrong = complaint(response, status, legs);
    if (wrong !== undefined) complaints.push(`${statusName(status)}: ${wrong}`);
    if (response.status !== 200) {
      // Whatever came of it, nobody is logged on behind it.
      const next = response.header('connection') === 'close' ? undefined : await client.request();
      if (next !== undefined && next.status !== 401)
        complaints.push(`${statusName(status)}: stays`);
    }
    client.destroy();
    await allGivenBack(status);
  }
  return complaints;
}

describe.each([1, 2, 3])('leg %d', (leg) => {
  test('gives every status', async () => {
    const server = await serveScripted();
    const complaints = await runAll(server, leg, answerOf);
    expect(complaints).toEqual([]);
    expect(server.handled).toHaveLength(DONE.length);
  });

  test('gives every status with handles that change', async () => {
    const server = await serveScripted();
    const complaints = await runAll(server, leg, (status) => ({
      ...answerOf(status),
      handle: isFailure(status) ? 'scribbled' : 'changes',
    }));
    expect(complaints).toEqual([]);
  });
});

test.each<[string, ScriptedBuffer]>([
  ['nothing', { data: '' }],
  ['NULL', { memory: 'null', size: 9 }],
  ['what it did not touch', { memory: 'untouched' }],
  ['what is elsewhere', { memory: 'foreign', size: 10 }],
  ['an absurd size', { data: 'x', size: 0xffffffff }],
])('a leg that goes on with %s is no challenge', async (_, output) => {
  const server = await serveScripted();
  const client = await WireClient.connect(server.port);
  script().on('accept', { status: SEC_I_CONTINUE_NEEDED, output: [output] });
  const response = await client.request(FIRST);
  // What was not touched is as many zeros as there was room for.
  if (response.status === 401) expect(response.token?.every((byte) => byte === 0)).toBe(true);
  else expect(response.all('www-authenticate')).toEqual([]);
  expect(server.handled).toEqual([]);
  client.destroy();
  await allGivenBack(0);
});

test('CompleteAuthToken gives every status, on the last leg and before', async () => {
  const server = await serveScripted();
  const complaints: string[] = [];
  for (const leg of [SEC_I_COMPLETE_NEEDED, SEC_I_COMPLETE_AND_CONTINUE]) {
    for (const status of ALL_STATUSES) {
      const client = await WireClient.connect(server.port);
      script()
        .on('accept', { status: leg, output: ['before'] })
        .on('complete', { status, output: ['reply'] });
      const response = await client.request(FIRST);
      const expected = isFailure(status) ? status : leg;
      const wrong = complaint(response, expected, 1, 'CompleteAuthToken');
      if (wrong !== undefined)
        complaints.push(`${statusName(leg)}, ${statusName(status)}: ${wrong}`);
      client.destroy();
      await allGivenBack(status);
    }
  }
  expect(complaints).toEqual([]);
});

/** What a client reads after a package refused its token, and made one to say why. */
async function refusalOf(server: TestServer, status: number, legs: number): Promise<string> {
  const client = await WireClient.connect(server.port);
  for (let leg = 1; leg < legs; leg++) {
    script().on('accept', CONTINUE);
    await client.request(FIRST);
  }
  script().on('accept', {
    status,
    attributes: ASC_RET_EXTENDED_ERROR,
    output: [statusName(status)],
  });
  const { raw } = await client.request(FIRST);
  client.destroy();
  await allGivenBack(status);
  return raw;
}

test.each([1, 2, 3])(
  'on leg %d a token that is refused for any reason is answered as a wrong password, byte for byte',
  async (leg) => {
    const server = await serveScripted();
    const wrongPassword = await refusalOf(server, SEC_E_LOGON_DENIED, leg);
    expect(wrongPassword).toMatch(/^HTTP\/1\.1 401 /);
    const refused = [...ALL_STATUSES, ...HRESULTS].filter(
      (status) => isFailure(status) && answered(status, leg) === 401,
    );
    const others: string[] = [];
    for (const status of refused) {
      const raw = await refusalOf(server, status, leg);
      if (raw !== wrongPassword) others.push(`${statusName(status)}: ${raw}`);
    }
    expect(others).toEqual([]);
    expect(refused.length).toBeGreaterThan(70);
    expect(leftovers()['contexts of the package']).toBe(0);
  },
);

test('a first token that the package cannot read is challenged, as a wrong password, and later ones are malformed (S12)', async () => {
  expect([1, 2, 3].map((leg) => answered(SEC_E_INVALID_TOKEN, leg))).toEqual([401, 400, 400]);
  const server = await serveScripted();
  const wrongPassword = await refusalOf(server, SEC_E_LOGON_DENIED, 1);
  expect(wrongPassword).toContain('\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n');
  expect(await refusalOf(server, SEC_E_INVALID_TOKEN, 1)).toBe(wrongPassword);
  expect(await refusalOf(server, SEC_E_INVALID_TOKEN, 2)).toMatch(/^HTTP\/1\.1 400 /);
});

describe('who it is', () => {
  test('gives every status: who cannot be asked is refused', async () => {
    const server = await serveScripted();
    const complaints: string[] = [];
    for (const status of ALL_STATUSES) {
      for (const call of ['queryToken', 'queryAttributes'] as const) {
        const client = await WireClient.connect(server.port);
        script().on(call, { status });
        const { status: answered } = await client.request(FIRST);
        const isRight =
          !isFailure(status) || status === SEC_E_UNSUPPORTED_FUNCTION
            ? answered === 200
            : answered !== 200 || statusName(status) === 'SEC_E_NO_IMPERSONATION';
        if (!isRight) complaints.push(`${call} ${statusName(status)}: ${answered}`);
        client.destroy();
        await allGivenBack(status);
      }
    }
    expect(complaints).toEqual([]);
    expect(control.openTokens()).toBe(0);
  });

  test('of nobody is nobody', async () => {
    const server = await serveScripted({ guests: true, anonymous: 'pass' });
    const client = await WireClient.connect(server.port);
    script().on('queryToken', { token: 'anonymous' });
    expect((await client.request(FIRST)).status).toBe(403);
    expect(server.handled).toEqual([]);
    client.destroy();
    await untilServer(() => server.sockets.size === 0);
  });
});
