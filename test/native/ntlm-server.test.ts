/** Our client logs on to a server that has nothing of Secur32. */

import { afterEach, describe, expect, test } from '@jest/globals';

import { SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import { SECBUFFER_CHANNEL_BINDINGS, SECBUFFER_TOKEN } from '../../lib/constants/sec-buffers.js';
import { acquireCredentialsHandle } from '../../lib/raw/acquire-credentials-handle.js';
import { initializeSecurityContext } from '../../lib/raw/handshake-calls.js';
import { AvId } from '../instruments/ntlm-server/av-pairs.js';
import { readAuthenticate } from '../instruments/ntlm-server/authenticate.js';
import { readChallenge, writeChallenge } from '../instruments/ntlm-server/challenge.js';
import { channelBindingsHash } from '../instruments/ntlm-server/channel-bindings.js';
import {
  has,
  NTLMSSP_NEGOTIATE_128,
  NTLMSSP_NEGOTIATE_ALWAYS_SIGN,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_NTLM,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_SIGN,
  NTLMSSP_NEGOTIATE_UNICODE,
} from '../instruments/ntlm-server/flags.js';
import type { Logon } from '../instruments/ntlm-server/logon.js';
import { readNegotiate } from '../instruments/ntlm-server/negotiate.js';
import type { Account } from '../instruments/ntlm-server/ntlmv2.js';
import { NtlmServer } from '../instruments/ntlm-server/server.js';
import { upperCase } from '../instruments/ntlm-server/text.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import {
  beginLogon,
  clientHabits,
  closeClients,
  logOnToServer,
  pythia,
  SERVER_NAMES,
} from '../instruments/support/ntlm-logon.js';
import { testOnWindows, testWithAccount } from '../instruments/support/skip.js';
import { alice, present } from '../instruments/support/system.js';

afterEach(closeClients);

const PROTECTIONS = ['none', 'sign', 'encrypt'] as const;
const refused = (reason: string): unknown =>
  expect.objectContaining({ name: 'NtlmRefusal', reason });

/** Of a domain capitals do not matter. */
function expectNamed(logon: Logon, { user, domain }: Account): void {
  expect(logon.user).toBe(user);
  expect(upperCase(logon.domain)).toBe(upperCase(domain));
}

testWithAccount('a user of this system logs on with the right password', async () => {
  const account = present(alice);
  const { client, logon } = await logOnToServer({ account });
  expect(client.established).toBe(true);
  expectNamed(logon, account);
  expect(logon.workstation).toBe(clientHabits.workstation);
});

test('so does one whom only the server knows', async () => {
  const { logon } = await logOnToServer();
  expectNamed(logon, pythia);
});

test('names and passwords of letters, of whatever alphabet', async () => {
  const account = { user: 'Zoë-名前', domain: 'Örtli', password: 'Ünïcode\u{1f511}'.repeat(8) };
  const { logon } = await logOnToServer({ account });
  expectNamed(logon, account);
});

describe('refused by the server', () => {
  test.each([
    ['another password', { ...pythia, password: `${pythia.password}!` }],
    ['another user', { ...pythia, user: 'Sibylla' }],
    ['another domain', { ...pythia, domain: 'DODONA' }],
  ])('%s', async (_what, account) => {
    const { server, authenticate } = await beginLogon({ account, server: { accounts: [pythia] } });
    expect(() => server.authenticate(authenticate)).toThrow(refused('logon denied'));
  });

  test('a message for another challenge', async () => {
    const { server, negotiate, authenticate } = await beginLogon();
    server.challenge(negotiate);
    expect(() => server.authenticate(authenticate)).toThrow(refused('logon denied'));
  });
});

describe.each(PROTECTIONS)('protection: %s', (protection) => {
  const flagsOf = (flags: number) => ({
    sign: has(flags, NTLMSSP_NEGOTIATE_SIGN),
    seal: has(flags, NTLMSSP_NEGOTIATE_SEAL),
  });
  const wanted = { sign: protection !== 'none', seal: protection === 'encrypt' };

  test('is asked for in the first message, and repeated in the last', async () => {
    const { negotiate, authenticate } = await logOnToServer({ client: { protection } });
    for (const { flags } of [readNegotiate(negotiate), readAuthenticate(authenticate)]) {
      expect(flagsOf(flags)).toEqual(wanted);
      for (const flag of [
        NTLMSSP_NEGOTIATE_UNICODE,
        NTLMSSP_NEGOTIATE_NTLM,
        NTLMSSP_NEGOTIATE_ALWAYS_SIGN,
        NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
        NTLMSSP_NEGOTIATE_128,
      ]) {
        expect(has(flags, flag)).toBe(true);
      }
      // What protects messages has a key of its own.
      if (wanted.sign) expect(has(flags, NTLMSSP_NEGOTIATE_KEY_EXCH)).toBe(true);
    }
  });

  test('the session key is the same on both sides, another one each time', async () => {
    const one = await logOnToServer({ client: { protection } });
    const two = await logOnToServer({ client: { protection } });
    expect(one.client.sessionKey).toEqual(one.logon.sessionKey);
    expect(two.client.sessionKey).toEqual(two.logon.sessionKey);
    expect(one.logon.sessionKey).toHaveLength(16);
    expect(one.logon.sessionKey).not.toEqual(two.logon.sessionKey);
  });

  test('an integrity code protects the messages', async () => {
    const { logon } = await logOnToServer({ client: { protection } });
    expect(logon.micVerified).toBe(clientHabits.announcesMic.includes(protection));
  });

  test('a server that does not tell the time is content, too', async () => {
    const { client, logon } = await logOnToServer({
      client: { protection },
      server: { timestamp: false },
    });
    expect(client.sessionKey).toEqual(logon.sessionKey);
  });
});

test('the response says again what the server said, and at what time', async () => {
  const { challenge, logon } = await logOnToServer();
  const { targetInfo = new Map<number, Buffer>() } = readChallenge(challenge);
  expect(targetInfo.size).toBe(5);
  for (const [id, value] of targetInfo) expect(logon.targetInfo.get(id)).toEqual(value);
  expect(targetInfo.get(AvId.MsvAvTimestamp)?.readBigUInt64LE()).toBe(logon.timestamp);
});

test('no response to LM is sent where the server tells the time', async () => {
  const { logon } = await logOnToServer();
  expect(logon.lmResponse).toEqual(Buffer.alloc(24));
});

test('the target name reaches the server', async () => {
  const targetName = 'HTTP/delphi.oracle.test';
  const { logon } = await logOnToServer({ client: { targetName } });
  expect(logon.targetName).toBe(clientHabits.tellsTargetName ? targetName : undefined);
});

test('without channel bindings there are none', async () => {
  const { logon } = await logOnToServer();
  expect(logon.channelBindings).toBeUndefined();
  expect(logon.targetInfo.get(AvId.MsvAvChannelBindings)).toEqual(Buffer.alloc(16));
});

testOnWindows('channel bindings reach the server as their hash', async () => {
  const applicationData = Buffer.from('tls-server-end-point:0123456789abcdef');
  // SEC_CHANNEL_BINDINGS: no addresses, then size and offset of the data.
  const bindings = Buffer.concat([Buffer.alloc(32), applicationData]);
  bindings.writeUInt32LE(applicationData.length, 24);
  bindings.writeUInt32LE(32, 28);

  const server = new NtlmServer({ accounts: [pythia], names: SERVER_NAMES });
  const { credential } = await acquireCredentialsHandle({
    package: 'NTLM',
    use: SECPKG_CRED_OUTBOUND,
    authIdentity: pythia,
  });
  const buffer = { type: SECBUFFER_CHANNEL_BINDINGS, data: bindings };
  const first = await initializeSecurityContext({ credential, input: [buffer] });
  const challenge = server.challenge(present(first.output[0]?.data));
  const last = await initializeSecurityContext({
    context: present(first.context),
    input: [{ type: SECBUFFER_TOKEN, data: challenge }, buffer],
  });
  const logon = server.authenticate(present(last.output[0]?.data));
  expect(logon.channelBindings).toEqual(channelBindingsHash(applicationData));
  first.context?.close();
  credential.close();
  await expectNothingLive();
});

describe('somebody on the way', () => {
  const withoutFlags = (flags: number) => (challenge: Buffer) => {
    const parts = readChallenge(challenge);
    return writeChallenge({ ...parts, flags: (parts.flags & ~flags) >>> 0 });
  };

  test('who takes sealing away is noticed by a client that needs it', async () => {
    const logon = beginLogon({
      client: { protection: 'encrypt' },
      onTheWay: withoutFlags(NTLMSSP_NEGOTIATE_SEAL),
    });
    await expect(logon).rejects.toMatchObject({
      code: expect.stringMatching(/^(ERR_SECUR32_REQUIREMENTS_NOT_MET|SEC_E_\w+)$/) as unknown,
    });
  });

  test('who takes signing away is noticed by a client that needs it', async () => {
    const logon = beginLogon({
      client: { protection: 'sign' },
      onTheWay: withoutFlags(NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL),
    });
    await expect(logon).rejects.toMatchObject({
      code: expect.stringMatching(/^(ERR_SECUR32_REQUIREMENTS_NOT_MET|SEC_E_\w+)$/) as unknown,
    });
  });

  test('who changes what nobody reads is noticed by the server', async () => {
    const { server, authenticate } = await beginLogon({
      client: { protection: 'sign' },
      onTheWay: (challenge) =>
        writeChallenge({ ...readChallenge(challenge), version: Buffer.alloc(8) }),
    });
    expect(() => server.authenticate(authenticate)).toThrow(refused('altered'));
  });

  test('who changes the name of the server is noticed by the server', async () => {
    const { server, authenticate } = await beginLogon({
      onTheWay: (challenge) => {
        const parts = readChallenge(challenge);
        const name = Buffer.from('DODONA', 'utf16le');
        const targetInfo = new Map(parts.targetInfo).set(AvId.MsvAvNbComputerName, name);
        return writeChallenge({ ...parts, targetInfo });
      },
    });
    expect(() => server.authenticate(authenticate)).toThrow(refused('logon denied'));
  });
});

describe('a challenge that is none', () => {
  test.each<[string, (challenge: Buffer) => Buffer]>([
    ['nothing but a header', (challenge) => challenge.subarray(0, 12)],
    ['cut off in the fields', (challenge) => challenge.subarray(0, 40)],
    ['zeros', (challenge) => Buffer.alloc(challenge.length)],
    [
      'another type of message',
      (challenge) => {
        const copy = Buffer.from(challenge);
        copy.writeUInt32LE(3, 8);
        return copy;
      },
    ],
  ])('is refused by the client: %s', async (_what, onTheWay) => {
    await expect(beginLogon({ onTheWay })).rejects.toMatchObject({
      name: 'SspiError',
      call: 'InitializeSecurityContext',
    });
  });
});
