/** The NTLM server against the examples of MS-NLMP 4.2. */

import { describe, expect, test } from '@jest/globals';

import { AvId, readAvPairs, writeAvPairs } from '../instruments/ntlm-server/av-pairs.js';
import {
  readAuthenticate,
  writeAuthenticate,
  type Authenticate,
} from '../instruments/ntlm-server/authenticate.js';
import { readChallenge, writeChallenge } from '../instruments/ntlm-server/challenge.js';
import { logOn } from '../instruments/ntlm-server/client.js';
import { crc32 } from '../instruments/ntlm-server/crc32.js';
import { common, v1, v1Extended, v2, windows } from '../instruments/ntlm-server/examples.js';
import {
  hex,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_LM_KEY,
  NTLMSSP_REQUEST_NON_NT_SESSION_KEY,
} from '../instruments/ntlm-server/flags.js';
import { sealKey, signKey } from '../instruments/ntlm-server/keys.js';
import { checkLogon } from '../instruments/ntlm-server/logon.js';
import { readNegotiate } from '../instruments/ntlm-server/negotiate.js';
import {
  keyExchangeKeyV1,
  lmOwfV1,
  ntOwfV1,
  responsesV1,
} from '../instruments/ntlm-server/ntlmv1.js';
import {
  lmResponseV2,
  ntOwfV2,
  ntProof,
  readNtResponse,
  sessionBaseKeyV2,
  writeClientChallenge,
} from '../instruments/ntlm-server/ntlmv2.js';
import { sealOld } from '../instruments/ntlm-server/old-session-security.js';
import { Rc4, rc4 } from '../instruments/ntlm-server/rc4.js';
import { SessionSecurity } from '../instruments/ntlm-server/session-security.js';
import { utf16 } from '../instruments/ntlm-server/text.js';

const { account, serverChallenge, clientChallenge, sessionKey, plaintext } = common;
const { user, domain, password } = account;

const target = {
  targetName: common.serverName,
  serverChallenge,
  version: common.serverVersion,
};

test.each([
  ['4.2.2', v1],
  ['4.2.3', v1Extended],
  ['4.2.4', v2],
])('%s: the flags', (_section, { flags, flagsInHex }) => {
  expect(hex(flags)).toBe(flagsInHex);
});

describe('4.2.2 NTLM v1', () => {
  const responses = responsesV1(v1.flags, password, { serverChallenge, clientChallenge });

  test('hashes and responses', () => {
    expect(lmOwfV1(password)).toEqual(v1.lmOwf);
    expect(ntOwfV1(password)).toEqual(v1.ntOwf);
    expect(responses).toEqual({
      ntResponse: v1.ntResponse,
      lmResponse: v1.lmResponse,
      sessionBaseKey: v1.sessionBaseKey,
    });
  });

  test.each([
    ['', 0, v1.encryptedSessionKey],
    [
      ', NTLMSSP_REQUEST_NON_NT_SESSION_KEY',
      NTLMSSP_REQUEST_NON_NT_SESSION_KEY,
      v1.encryptedSessionKeyNonNt,
    ],
    [', NTLMSSP_NEGOTIATE_LM_KEY', NTLMSSP_NEGOTIATE_LM_KEY, v1.encryptedSessionKeyLm],
  ])('the encrypted session key%s', (_flag, flag, expected) => {
    const key = keyExchangeKeyV1(v1.flags | flag, password, responses, serverChallenge);
    expect(rc4(key, sessionKey)).toEqual(expected);
  });

  test('the messages', () => {
    const challenge = { ...target, flags: v1.flags, targetInfo: undefined };
    expect(readChallenge(v1.challenge)).toEqual(challenge);
    expect(writeChallenge(challenge)).toEqual(v1.challenge);

    const authenticate: Authenticate = {
      user,
      domain,
      flags: 0xe280_8235,
      workstation: common.workstation,
      lmResponse: v1.lmResponse,
      ntResponse: v1.ntResponse,
      encryptedSessionKey: v1.encryptedSessionKey,
      version: common.clientVersion,
    };
    expect(readAuthenticate(v1.authenticate)).toEqual(authenticate);
    expect(writeAuthenticate(authenticate, false)).toEqual(v1.authenticate);
  });

  test('GSS_WrapEx', () => {
    // Without extended session security and an LM key, the session key seals.
    const key = sealKey(v1.flags, sessionKey, 'client');
    expect(key).toEqual(sessionKey);
    expect(crc32(plaintext)).toBe(v1.crc32.readUInt32LE());
    const { sealed, pad, signature } = sealOld(new Rc4(key), 0, plaintext);
    expect({ sealed, pad, signature }).toEqual({
      sealed: v1.sealed,
      pad: v1.pad,
      signature: v1.signature,
    });
  });
});

describe('4.2.3 NTLM v1 with client challenge', () => {
  const responses = responsesV1(v1Extended.flags, password, { serverChallenge, clientChallenge });
  const { keyExchangeKey } = v1Extended;

  test('responses and keys', () => {
    expect(responses).toEqual({
      ntResponse: v1Extended.ntResponse,
      lmResponse: v1Extended.lmResponse,
      sessionBaseKey: v1.sessionBaseKey,
    });
    expect(keyExchangeKeyV1(v1Extended.flags, password, responses, serverChallenge)).toEqual(
      keyExchangeKey,
    );
    // Of 56 bits.
    expect(sealKey(v1Extended.flags, keyExchangeKey, 'client')).toEqual(v1Extended.sealKey);
    expect(signKey(keyExchangeKey, 'client')).toEqual(v1Extended.signKey);
  });

  test('the messages', () => {
    const challenge = { ...target, flags: v1Extended.flags, targetInfo: undefined };
    expect(readChallenge(v1Extended.challenge)).toEqual(challenge);
    expect(writeChallenge(challenge)).toEqual(v1Extended.challenge);

    const authenticate: Authenticate = {
      user,
      domain,
      flags: 0x8208_8235,
      workstation: common.workstation,
      lmResponse: v1Extended.lmResponse,
      ntResponse: v1Extended.ntResponse,
      encryptedSessionKey: Buffer.alloc(0),
      version: common.clientVersion,
    };
    expect(readAuthenticate(v1Extended.authenticate)).toEqual(authenticate);
    expect(writeAuthenticate(authenticate, false)).toEqual(v1Extended.authenticate);
  });

  test('GSS_WrapEx', () => {
    const client = new SessionSecurity('client', v1Extended.flags, keyExchangeKey);
    expect(client.wrap(plaintext)).toEqual(
      Buffer.concat([v1Extended.signature, v1Extended.sealed]),
    );
  });
});

describe('4.2.4 NTLM v2', () => {
  const responseKey = ntOwfV2(account);
  const targetInfo = new Map([
    [AvId.MsvAvNbDomainName, utf16('Domain')],
    [AvId.MsvAvNbComputerName, utf16('Server')],
  ]);

  test('the hash, responses and keys', () => {
    expect(responseKey).toEqual(v2.ntOwf);
    expect(writeAvPairs(targetInfo)).toEqual(v2.targetInfo);
    expect(readAvPairs(v2.targetInfo)).toEqual(targetInfo);
    const { timestamp } = common;
    const temp = writeClientChallenge({ timestamp, clientChallenge, targetInfo });
    expect(temp).toEqual(v2.temp);
    const proof = ntProof(responseKey, serverChallenge, temp);
    expect(proof).toEqual(v2.proof);
    expect(lmResponseV2(responseKey, serverChallenge, clientChallenge)).toEqual(v2.lmResponse);
    const key = sessionBaseKeyV2(responseKey, proof);
    expect(key).toEqual(v2.sessionBaseKey);
    expect(rc4(key, sessionKey)).toEqual(v2.encryptedSessionKey);
  });

  test('the messages', () => {
    const challenge = { ...target, flags: v2.flags, targetInfo };
    expect(readChallenge(v2.challenge)).toEqual(challenge);
    expect(writeChallenge(challenge)).toEqual(v2.challenge);

    const { ntResponse, ...message } = readAuthenticate(v2.authenticate);
    expect(message).toEqual({
      flags: v2.clientFlags,
      user,
      domain,
      workstation: common.workstation,
      lmResponse: v2.lmResponse,
      encryptedSessionKey: v2.encryptedSessionKey,
      version: common.clientVersion,
    });
    expect(readNtResponse(ntResponse)).toEqual({
      proof: v2.proof,
      proven: v2.temp,
      timestamp: common.timestamp,
      clientChallenge,
      targetInfo,
    });
  });

  test('the client makes this AUTHENTICATE message of this CHALLENGE message', () => {
    const logon = logOn(Buffer.alloc(0), v2.challenge, {
      account,
      workstation: common.workstation,
      flags: v2.clientFlags,
      version: common.clientVersion,
      clientChallenge,
      sessionKey,
    });
    expect(logon.authenticate).toEqual(v2.authenticate);
  });

  test('the server takes it for a logon', () => {
    const exchange = {
      negotiate: Buffer.alloc(0),
      challenge: v2.challenge,
      authenticate: v2.authenticate,
    };
    expect(checkLogon(exchange, [account])).toEqual({
      user,
      domain,
      workstation: common.workstation,
      flags: v2.clientFlags,
      sessionKey,
      micVerified: false,
      targetName: undefined,
      channelBindings: undefined,
      timestamp: 0n,
      targetInfo,
      lmResponse: v2.lmResponse,
    });
    expect(() => checkLogon(exchange, [{ ...account, password: 'password' }])).toThrow(
      expect.objectContaining({ reason: 'logon denied' }),
    );
  });

  test('the keys of messages', () => {
    expect(signKey(sessionKey, 'client')).toEqual(v2.signKey);
    expect(sealKey(v2.flags, sessionKey, 'client')).toEqual(v2.sealKey);
    expect(signKey(sessionKey, 'server')).toEqual(v2.serverSignKey);
    expect(sealKey(v2.flags, sessionKey, 'server')).toEqual(v2.serverSealKey);
  });

  test('GSS_WrapEx', () => {
    const wrapped = Buffer.concat([v2.signature, v2.sealed]);
    expect(new SessionSecurity('client', v2.flags, sessionKey).wrap(plaintext)).toEqual(wrapped);
    expect(new SessionSecurity('server', v2.flags, sessionKey).unwrap(wrapped)).toEqual(plaintext);
  });

  test('the checksum before RC4 is that of a signature without a key exchange', () => {
    const flags = v2.flags & ~NTLMSSP_NEGOTIATE_KEY_EXCH;
    const signature = new SessionSecurity('client', flags, sessionKey).sign(plaintext);
    expect(signature.subarray(4, 12)).toEqual(v2.checksum);
  });
});

describe('a logon of a client of Windows', () => {
  const { negotiate, challenge, authenticate } = windows;

  test('the server verifies the password and the integrity code', () => {
    expect(ntOwfV2(windows.account)).toEqual(windows.ntOwf);
    expect(readNegotiate(negotiate)).toEqual({ flags: 0xa208_8207, domain: '', workstation: '' });
    const logon = checkLogon({ negotiate, challenge, authenticate }, [windows.account]);
    expect(logon).toMatchObject({
      user: windows.account.user,
      domain: windows.account.domain,
      workstation: windows.workstation,
      micVerified: true,
      targetName: windows.targetName,
      channelBindings: undefined,
    });
    const { targetInfo = new Map<number, Buffer>() } = readChallenge(challenge);
    expect([...logon.targetInfo.keys()]).toEqual([
      ...targetInfo.keys(),
      AvId.MsvAvFlags,
      AvId.MsvAvSingleHost,
      AvId.MsvAvChannelBindings,
      AvId.MsvAvTargetName,
    ]);
  });

  test.each(['negotiate', 'challenge', 'authenticate'] as const)(
    'each changed bit of the %s message is noticed',
    (name) => {
      const accepted: string[] = [];
      const exchange = { negotiate, challenge, authenticate };
      for (let bit = 0; bit < 8 * exchange[name].length; bit++) {
        const changed = Buffer.from(exchange[name]);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        try {
          checkLogon({ ...exchange, [name]: changed }, [windows.account]);
          accepted.push(`bit ${bit & 7} of byte ${bit >> 3}`);
        } catch (error) {
          expect(error).toMatchObject({ name: 'NtlmRefusal' });
        }
      }
      expect(accepted).toEqual([]);
    },
  );
});
