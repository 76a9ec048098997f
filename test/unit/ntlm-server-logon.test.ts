/** Logons at the NTLM server by the client's half of it. */

import { beforeEach, describe, expect, test } from '@jest/globals';

import { AvId } from '../instruments/ntlm-server/av-pairs.js';
import { FIELDS } from '../instruments/ntlm-server/authenticate.js';
import { readChallenge, writeChallenge } from '../instruments/ntlm-server/challenge.js';
import { channelBindingsHash } from '../instruments/ntlm-server/channel-bindings.js';
import { logOn, type ClientLogon, type ClientOptions } from '../instruments/ntlm-server/client.js';
import { common, v2 } from '../instruments/ntlm-server/examples.js';
import {
  combined,
  has,
  NTLMSSP_NEGOTIATE_128,
  NTLMSSP_NEGOTIATE_56,
  NTLMSSP_NEGOTIATE_ALWAYS_SIGN,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_LM_KEY,
  NTLMSSP_NEGOTIATE_NTLM,
  NTLMSSP_NEGOTIATE_OEM,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_SIGN,
  NTLMSSP_NEGOTIATE_TARGET_INFO,
  NTLMSSP_NEGOTIATE_UNICODE,
  NTLMSSP_NEGOTIATE_VERSION,
  NTLMSSP_REQUEST_TARGET,
} from '../instruments/ntlm-server/flags.js';
import { checkLogon, type Logon } from '../instruments/ntlm-server/logon.js';
import { writeNegotiate } from '../instruments/ntlm-server/negotiate.js';
import { NtlmRefusal, type RefusalReason } from '../instruments/ntlm-server/refusal.js';
import { NtlmServer } from '../instruments/ntlm-server/server.js';
import { SessionSecurity } from '../instruments/ntlm-server/session-security.js';
import { utf16 } from '../instruments/ntlm-server/text.js';

const account = { user: 'Zoë', domain: 'ORACLE', password: 'Pässword-名' };
const NAMES = {
  nbComputerName: 'DELPHI',
  nbDomainName: 'ORACLE',
  dnsComputerName: 'delphi.oracle.test',
  dnsDomainName: 'oracle.test',
};
const FLAGS = combined(
  NTLMSSP_NEGOTIATE_UNICODE,
  NTLMSSP_REQUEST_TARGET,
  NTLMSSP_NEGOTIATE_SIGN,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_NTLM,
  NTLMSSP_NEGOTIATE_ALWAYS_SIGN,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_VERSION,
  NTLMSSP_NEGOTIATE_128,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_56,
);
const negotiate = writeNegotiate({ flags: FLAGS, domain: '', workstation: '' });

const refused = (reason: RefusalReason): unknown =>
  expect.objectContaining({ name: 'NtlmRefusal', reason });

let server: NtlmServer;
beforeEach(() => {
  server = new NtlmServer({ accounts: [common.account, account], names: NAMES });
});

function client(challenge: Buffer, options: Partial<ClientOptions> = {}): ClientLogon {
  return logOn(negotiate, challenge, {
    account,
    workstation: 'TRIPOD',
    flags: FLAGS,
    version: common.clientVersion,
    mic: true,
    ...options,
  });
}

test('a challenge says who the server is, what time it has, and what was asked for', () => {
  const before = BigInt(Date.now());
  const challenge = readChallenge(server.challenge(negotiate));
  expect(challenge.targetName).toBe('DELPHI');
  const { targetInfo = new Map<number, Buffer>() } = challenge;
  const { [AvId.MsvAvTimestamp]: timestamp, ...names } = Object.fromEntries(targetInfo);
  expect(names).toEqual({
    [AvId.MsvAvNbComputerName]: utf16('DELPHI'),
    [AvId.MsvAvNbDomainName]: utf16('ORACLE'),
    [AvId.MsvAvDnsComputerName]: utf16('delphi.oracle.test'),
    [AvId.MsvAvDnsDomainName]: utf16('oracle.test'),
  });
  const milliseconds = (timestamp?.readBigUInt64LE() ?? 0n) / 10_000n - 11_644_473_600_000n;
  expect(milliseconds).toBeGreaterThanOrEqual(before);
  expect(milliseconds).toBeLessThanOrEqual(BigInt(Date.now()));
  expect(has(challenge.flags, NTLMSSP_NEGOTIATE_TARGET_INFO)).toBe(true);
  expect((FLAGS & ~challenge.flags) >>> 0).toBe(0);
});

test('each server challenge is another one', () => {
  const challenges = Array.from(
    { length: 10 },
    () => readChallenge(server.challenge(negotiate)).serverChallenge,
  );
  expect(new Set(challenges.map((challenge) => challenge.toString('hex'))).size).toBe(10);
});

test('what is not asked for, or not offered, is not in the challenge', () => {
  const few = combined(
    NTLMSSP_NEGOTIATE_UNICODE,
    NTLMSSP_NEGOTIATE_OEM,
    NTLMSSP_NEGOTIATE_LM_KEY,
    NTLMSSP_NEGOTIATE_NTLM,
    NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
    NTLMSSP_NEGOTIATE_128,
  );
  const message = writeNegotiate({ flags: few, domain: '', workstation: '' });
  const { flags } = readChallenge(server.challenge(message));
  for (const flag of [
    NTLMSSP_NEGOTIATE_OEM,
    NTLMSSP_NEGOTIATE_LM_KEY,
    NTLMSSP_NEGOTIATE_SIGN,
    NTLMSSP_NEGOTIATE_SEAL,
    NTLMSSP_NEGOTIATE_KEY_EXCH,
    NTLMSSP_NEGOTIATE_56,
  ]) {
    expect(has(flags, flag)).toBe(false);
  }
});

test.each([true, false])('a logon; with an integrity code: %s', (mic) => {
  const { authenticate, sessionKey } = client(server.challenge(negotiate), { mic });
  const logon = server.authenticate(authenticate);
  expect(logon).toMatchObject({
    user: account.user,
    domain: account.domain,
    workstation: 'TRIPOD',
    flags: FLAGS,
    sessionKey,
    micVerified: mic,
    targetName: undefined,
    channelBindings: undefined,
  });
  const security = new SessionSecurity('client', FLAGS, sessionKey);
  expect(server.security.unwrap(security.wrap(Buffer.from('hello')))).toEqual(Buffer.from('hello'));
  expect(security.unwrap(server.security.wrap(Buffer.from('hi')))).toEqual(Buffer.from('hi'));
});

test.each([NTLMSSP_NEGOTIATE_KEY_EXCH, NTLMSSP_NEGOTIATE_56, NTLMSSP_NEGOTIATE_VERSION])(
  'a logon without the flag %i',
  (flag) => {
    const flags = (FLAGS & ~flag) >>> 0;
    const { authenticate, sessionKey } = client(server.challenge(negotiate), { flags });
    expect(server.authenticate(authenticate)).toMatchObject({ flags, sessionKey });
  },
);

test('a server that does not tell the time gets a response to LM, too', () => {
  server = new NtlmServer({ accounts: [account], names: NAMES, timestamp: false });
  const challenge = server.challenge(negotiate);
  expect(readChallenge(challenge).targetInfo?.has(AvId.MsvAvTimestamp)).toBe(false);
  const { authenticate, parts } = client(challenge);
  expect(parts.lmResponse).not.toEqual(Buffer.alloc(24));
  expect(server.authenticate(authenticate).lmResponse).toEqual(parts.lmResponse);

  const again = client(server.challenge(negotiate), { mic: false });
  const at = again.authenticate.readUInt32LE(FIELDS.lmResponse + 4);
  again.authenticate.writeUInt8(again.authenticate.readUInt8(at) ^ 1, at);
  expect(() => server.authenticate(again.authenticate)).toThrow(refused('logon denied'));
});

test('the target name and the channel bindings are what the client sent', () => {
  const channelBindings = channelBindingsHash(Buffer.from('tls-unique:0123'));
  const { authenticate } = client(server.challenge(negotiate), {
    targetName: 'HTTP/web.example.com',
    channelBindings,
  });
  expect(server.authenticate(authenticate)).toMatchObject({
    targetName: 'HTTP/web.example.com',
    channelBindings,
  });
});

test('sixteen zeros are no channel bindings, and no characters no target name', () => {
  const { authenticate } = client(server.challenge(negotiate), {
    targetName: '',
    channelBindings: Buffer.alloc(16),
  });
  expect(server.authenticate(authenticate)).toMatchObject({
    targetName: undefined,
    channelBindings: undefined,
  });
});

test.each([
  ['another password', { ...account, password: 'Pässword-子' }],
  ['no password', { ...account, password: '' }],
  ['the password of another account', { ...account, password: common.account.password }],
  ['a user who does not exist', { ...account, user: 'Zoe' }],
  ['a domain that does not exist', { ...account, domain: 'DODONA' }],
])('%s is refused', (_what, other) => {
  const { authenticate } = client(server.challenge(negotiate), { account: other });
  expect(() => server.authenticate(authenticate)).toThrow(refused('logon denied'));
  expect(() => server.security).toThrow('nobody logged on');
});

test('capitals do not matter in names, where both sides know that', () => {
  const other = { ...account, user: 'zOË', domain: 'Oracle' };
  const { authenticate } = client(server.challenge(negotiate), { account: other });
  expect(server.authenticate(authenticate)).toMatchObject({ user: 'zOË', domain: 'Oracle' });
});

test.each([
  NTLMSSP_NEGOTIATE_UNICODE,
  NTLMSSP_NEGOTIATE_NTLM,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_128,
])('a client that does not offer the flag %i is refused', (flag) => {
  const flags = (FLAGS & ~flag) >>> 0;
  const message = writeNegotiate({ flags, domain: '', workstation: '' });
  expect(() => server.challenge(message)).toThrow(refused('not negotiated'));
  const { authenticate } = client(server.challenge(negotiate), { flags });
  // Without UTF-16 the names cannot be read in the first place.
  expect(() => server.authenticate(authenticate)).toThrow(
    refused(flag === NTLMSSP_NEGOTIATE_UNICODE ? 'malformed' : 'not negotiated'),
  );
});

test('a client that takes what was not offered is refused', () => {
  const flags = combined(FLAGS, NTLMSSP_NEGOTIATE_LM_KEY);
  const { authenticate } = client(server.challenge(negotiate), { flags });
  expect(() => server.authenticate(authenticate)).toThrow(refused('not negotiated'));
});

test('a challenge is for one answer, and the answer for one challenge', () => {
  const { authenticate } = client(server.challenge(negotiate));
  server.authenticate(authenticate);
  expect(() => server.authenticate(authenticate)).toThrow(refused('logon denied'));
  server.challenge(negotiate);
  expect(() => server.authenticate(authenticate)).toThrow(refused('logon denied'));
});

test.each([AvId.MsvAvNbComputerName, AvId.MsvAvDnsDomainName, AvId.MsvAvTimestamp])(
  'a response to a challenge with another pair %i is refused',
  (id) => {
    const challenge = server.challenge(negotiate);
    const { authenticate } = client(challenge, { mic: false });
    const { targetInfo, ...others } = readChallenge(challenge);
    const changed = new Map(targetInfo).set(id, Buffer.alloc(8, 1));
    const exchange = {
      negotiate,
      challenge: writeChallenge({ ...others, targetInfo: changed }),
      authenticate,
    };
    expect(() => checkLogon(exchange, [account])).toThrow(refused('logon denied'));
    expect(checkLogon({ ...exchange, challenge }, [account])).toMatchObject({ user: 'Zoë' });
  },
);

test('a response that repeats the target but has a time of its own is refused', () => {
  const challenge = server.challenge(negotiate);
  const { targetInfo, ...others } = readChallenge(challenge);
  // What such a client would take for the challenge: the time is behind its end.
  const timeless = new Map(targetInfo);
  timeless.delete(AvId.MsvAvTimestamp);
  const seen = writeChallenge({ ...others, targetInfo: timeless });
  const { authenticate } = client(seen, { mic: false });
  expect(() => checkLogon({ negotiate, challenge, authenticate }, [account])).toThrow(
    refused('logon denied'),
  );
});

describe('changed messages', () => {
  /** The logons with one bit of the message changed, where that is not refused. */
  function accepted(message: Buffer, check: (changed: Buffer) => Logon) {
    const logons: { byte: number; logon: Logon }[] = [];
    for (let bit = 0; bit < 8 * message.length; bit++) {
      const byte = bit >> 3;
      const changed = Buffer.from(message);
      changed.writeUInt8(changed.readUInt8(byte) ^ (1 << (bit & 7)), byte);
      try {
        logons.push({ byte, logon: check(changed) });
      } catch (error) {
        if (!(error instanceof NtlmRefusal)) throw error;
      }
    }
    return logons;
  }

  test('with an integrity code none is accepted', () => {
    const challenge = server.challenge(negotiate);
    const { authenticate } = client(challenge, { targetName: 'HTTP/delphi' });
    const exchange = { negotiate, challenge, authenticate };
    expect(checkLogon(exchange, [account])).toMatchObject({ micVerified: true });
    for (const name of ['negotiate', 'challenge', 'authenticate'] as const) {
      const check = (changed: Buffer) => checkLogon({ ...exchange, [name]: changed }, [account]);
      expect(accepted(exchange[name], check)).toEqual([]);
    }
  });

  const range = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => from + index);

  interface Unprotected {
    what: string;
    bytes: number[];
    /** What a change may alter of the logon: nothing, or this. */
    changes?: keyof Logon;
  }

  // Bytes of the message of MS-NLMP 4.2.4.3, which has no integrity code.
  const UNPROTECTED: Unprotected[] = [
    {
      what: 'the capacities of fields',
      bytes: Object.values(FIELDS).flatMap((at) => [at + 2, at + 3]),
    },
    { what: 'the version', bytes: range(64, 72) },
    { what: 'the flags', bytes: range(60, 64), changes: 'flags' },
    {
      what: 'the workstation, and where it is',
      bytes: [...range(0x5c, 0x6c), ...range(FIELDS.workstation, FIELDS.workstation + 8)],
      changes: 'workstation',
    },
    {
      // No message of such a session is understood.
      what: 'the session key, and where it is',
      bytes: [
        ...range(0xd8, 0xe8),
        ...range(FIELDS.encryptedSessionKey + 4, FIELDS.encryptedSessionKey + 8),
      ],
      changes: 'sessionKey',
    },
    { what: 'the capitals of the user', bytes: range(0x54, 0x5c), changes: 'user' },
  ];

  test('without one, only those of bytes that nothing protects', () => {
    const messages = { negotiate, challenge: v2.challenge };
    const check = (authenticate: Buffer) =>
      checkLogon({ ...messages, authenticate }, [common.account]);
    const unchanged = check(v2.authenticate);
    const seen = new Set<string>();
    for (const { byte, logon } of accepted(v2.authenticate, check)) {
      const kind = UNPROTECTED.find(({ bytes }) => bytes.includes(byte));
      if (kind === undefined) throw new Error(`a change of byte ${byte} is accepted`);
      const { what, changes } = kind;
      expect(changes ? { ...logon, [changes]: unchanged[changes] } : logon).toEqual(unchanged);
      seen.add(what);
    }
    expect([...seen].sort()).toEqual(UNPROTECTED.map(({ what }) => what).sort());
  });
});
