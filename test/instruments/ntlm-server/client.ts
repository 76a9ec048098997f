/** The client's half of a logon, for the tests of the server. */

import { randomBytes } from 'node:crypto';

import { AvId, MIC_PROVIDED } from './av-pairs.js';
import { withMic, writeAuthenticate, type Authenticate } from './authenticate.js';
import { readChallenge } from './challenge.js';
import { has, NTLMSSP_NEGOTIATE_KEY_EXCH } from './flags.js';
import { messageIntegrityCode } from './logon.js';
import {
  lmResponseV2,
  ntOwfV2,
  ntProof,
  sessionBaseKeyV2,
  writeClientChallenge,
  type Account,
} from './ntlmv2.js';
import { rc4 } from './rc4.js';
import { utf16 } from './text.js';

export interface ClientOptions {
  account: Account;
  workstation: string;
  /** Those of the last message. */
  flags: number;
  version: Buffer;
  /** Protects the messages by an integrity code. */
  mic?: boolean;
  targetName?: string;
  channelBindings?: Buffer;
  /** What else is random. */
  clientChallenge?: Buffer;
  sessionKey?: Buffer;
}

export interface ClientLogon {
  authenticate: Buffer;
  /** The message by its parts. */
  parts: Authenticate;
  sessionKey: Buffer;
}

function targetInfoFor(challenge: ReadonlyMap<number, Buffer>, options: ClientOptions) {
  const info = new Map(challenge);
  if (options.mic === true) {
    const flags = Buffer.alloc(4);
    flags.writeUInt32LE(MIC_PROVIDED);
    info.set(AvId.MsvAvFlags, flags);
  }
  if (options.channelBindings) info.set(AvId.MsvAvChannelBindings, options.channelBindings);
  if (options.targetName !== undefined) info.set(AvId.MsvAvTargetName, utf16(options.targetName));
  return info;
}

/** Answers a challenge (MS-NLMP 3.1.5.1.2). */
export function logOn(negotiate: Buffer, challenge: Buffer, options: ClientOptions): ClientLogon {
  const { account, flags, mic = false } = options;
  const { serverChallenge, targetInfo = new Map<number, Buffer>() } = readChallenge(challenge);
  const clientChallenge = options.clientChallenge ?? randomBytes(8);
  const serverTime = targetInfo.get(AvId.MsvAvTimestamp);

  const responseKey = ntOwfV2(account);
  const proven = writeClientChallenge({
    timestamp: serverTime ?? Buffer.alloc(8),
    clientChallenge,
    targetInfo: targetInfoFor(targetInfo, options),
  });
  const proof = ntProof(responseKey, serverChallenge, proven);
  const keyExchangeKey = sessionBaseKeyV2(responseKey, proof);
  const exchanged = has(flags, NTLMSSP_NEGOTIATE_KEY_EXCH);
  const sessionKey = exchanged ? (options.sessionKey ?? randomBytes(16)) : keyExchangeKey;

  const parts: Authenticate = {
    flags,
    domain: account.domain,
    user: account.user,
    workstation: options.workstation,
    lmResponse: serverTime
      ? Buffer.alloc(24)
      : lmResponseV2(responseKey, serverChallenge, clientChallenge),
    ntResponse: Buffer.concat([proof, proven]),
    encryptedSessionKey: exchanged ? rc4(keyExchangeKey, sessionKey) : Buffer.alloc(0),
    version: options.version,
  };
  const unprotected = writeAuthenticate(parts, mic);
  const authenticate = mic
    ? withMic(
        unprotected,
        messageIntegrityCode(sessionKey, { negotiate, challenge, authenticate: unprotected }),
      )
    : unprotected;
  return { authenticate, parts, sessionKey };
}
