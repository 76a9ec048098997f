/** Whether an AUTHENTICATE_MESSAGE proves what it says (MS-NLMP 3.2.5.1.2). */

import { AvId, MIC_PROVIDED, type AvPairs } from './av-pairs.js';
import { readAuthenticate, readMic, withMic, type Authenticate } from './authenticate.js';
import { readChallenge, type Challenge } from './challenge.js';
import { NO_CHANNEL_BINDINGS } from './channel-bindings.js';
import {
  combined,
  has,
  hex,
  NTLMSSP_NEGOTIATE_128,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_NTLM,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_SIGN,
  NTLMSSP_NEGOTIATE_UNICODE,
  NTLMSSP_REQUEST_TARGET,
} from './flags.js';
import { hmacMd5 } from './hashes.js';
import {
  lmResponseV2,
  ntOwfV2,
  ntProof,
  readNtResponse,
  sessionBaseKeyV2,
  type Account,
  type NtResponse,
} from './ntlmv2.js';
import { rc4 } from './rc4.js';
import { malformed, NtlmRefusal } from './refusal.js';
import { fromUtf16, upperCase } from './text.js';

const SESSION_KEY_SIZE = 16;

/** Without these nobody logs on. */
export const REQUIRED_FLAGS = combined(
  NTLMSSP_NEGOTIATE_UNICODE,
  NTLMSSP_NEGOTIATE_NTLM,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY,
  NTLMSSP_NEGOTIATE_128,
);

/** Who logged on, and what was said on the way. */
export interface Logon {
  user: string;
  domain: string;
  workstation: string;
  /** NegotiateFlags that both sides agreed on. */
  flags: number;
  /** The exported session key, from which those of the messages come. */
  sessionKey: Buffer;
  /** Whether the three messages are known to have arrived as they were sent. */
  micVerified: boolean;
  /** The service principal name that the client thinks it talks to; undefined where it says nothing. */
  targetName: string | undefined;
  /** MsvAvChannelBindings; undefined where there are none. */
  channelBindings: Buffer | undefined;
  /** FILETIME. */
  timestamp: bigint;
  /** All that the client says of the server. */
  targetInfo: AvPairs;
  lmResponse: Buffer;
}

/** The messages of a logon as they were on the wire. */
export interface Exchange {
  negotiate: Buffer;
  challenge: Buffer;
  authenticate: Buffer;
}

function denied(details: string): NtlmRefusal {
  return new NtlmRefusal('logon denied', details);
}

function checkFlags(flags: number, offered: number): void {
  // A client may repeat that it wants to know the target's name.
  const unknown = (flags & ~combined(offered, NTLMSSP_REQUEST_TARGET)) >>> 0;
  if (unknown !== 0) throw new NtlmRefusal('not negotiated', `${hex(unknown)} was not offered`);
  const missing = (REQUIRED_FLAGS & ~flags) >>> 0;
  if (missing !== 0) throw new NtlmRefusal('not negotiated', `${hex(missing)} is missing`);
}

function findAccount(accounts: readonly Account[], { user, domain }: Authenticate): Account {
  const found = accounts.find(
    (account) =>
      upperCase(account.user) === upperCase(user) &&
      upperCase(account.domain) === upperCase(domain),
  );
  if (found === undefined) throw denied('no such user');
  return found;
}

/** A response belongs to a challenge whose target it repeats. */
function checkTarget(challenge: Challenge, response: NtResponse): void {
  for (const [id, value] of challenge.targetInfo ?? []) {
    // The client has flags of its own.
    if (id === AvId.MsvAvFlags) continue;
    if (response.targetInfo.get(id)?.equals(value) !== true) {
      throw denied(`the pair ${id} is not that of the challenge`);
    }
  }
  const timestamp = challenge.targetInfo?.get(AvId.MsvAvTimestamp);
  if (timestamp && !response.timestamp.equals(timestamp)) {
    throw denied('the time is not that of the challenge');
  }
}

/** Not needed for a logon, but then it is nothing or right. */
function checkLmResponse(
  responseKey: Buffer,
  serverChallenge: Buffer,
  lmResponse: Buffer,
  { clientChallenge }: NtResponse,
): void {
  if (lmResponse.length === 0 || lmResponse.equals(Buffer.alloc(24))) return;
  if (!lmResponse.equals(lmResponseV2(responseKey, serverChallenge, clientChallenge))) {
    throw denied('the response to LM');
  }
}

function exportedSessionKey(keyExchangeKey: Buffer, message: Authenticate): Buffer {
  const { flags, encryptedSessionKey } = message;
  const size = encryptedSessionKey.length;
  if (!has(flags, NTLMSSP_NEGOTIATE_KEY_EXCH)) {
    if (size !== 0) throw malformed('a session key that was not negotiated');
    return keyExchangeKey;
  }
  // Where messages are not protected, clients differ.
  const isProtected = has(flags, NTLMSSP_NEGOTIATE_SIGN) || has(flags, NTLMSSP_NEGOTIATE_SEAL);
  if (size === 0 && !isProtected) return keyExchangeKey;
  if (size !== SESSION_KEY_SIZE) throw malformed(`a session key of ${size} bytes`);
  return rc4(keyExchangeKey, encryptedSessionKey);
}

/** The integrity code: of all three messages, in the last of which it is zero itself. */
export function messageIntegrityCode(sessionKey: Buffer, exchange: Exchange): Buffer {
  const { negotiate, challenge, authenticate } = exchange;
  return hmacMd5(sessionKey, negotiate, challenge, withMic(authenticate));
}

function checkMic(sessionKey: Buffer, exchange: Exchange, response: NtResponse): boolean {
  const flags = response.targetInfo.get(AvId.MsvAvFlags);
  if (flags === undefined) return false;
  if (flags.length !== 4) throw malformed('MsvAvFlags that are no number');
  if (!has(flags.readUInt32LE(), MIC_PROVIDED)) return false;
  if (!readMic(exchange.authenticate).equals(messageIntegrityCode(sessionKey, exchange))) {
    throw new NtlmRefusal('altered', 'the integrity code of the messages');
  }
  return true;
}

function channelBindings({ targetInfo }: NtResponse): Buffer | undefined {
  const hash = targetInfo.get(AvId.MsvAvChannelBindings);
  return hash === undefined || hash.equals(NO_CHANNEL_BINDINGS) ? undefined : hash;
}

function targetName({ targetInfo }: NtResponse): string | undefined {
  const name = targetInfo.get(AvId.MsvAvTargetName);
  return name === undefined || name.length === 0 ? undefined : fromUtf16(name, 'MsvAvTargetName');
}

/** Refuses the last message of a logon, or says who logged on. */
export function checkLogon(exchange: Exchange, accounts: readonly Account[]): Logon {
  const challenge = readChallenge(exchange.challenge);
  const message = readAuthenticate(exchange.authenticate);
  checkFlags(message.flags, challenge.flags);
  const response = readNtResponse(message.ntResponse);

  const { password } = findAccount(accounts, message);
  const responseKey = ntOwfV2({ user: message.user, domain: message.domain, password });
  const { serverChallenge } = challenge;
  if (!response.proof.equals(ntProof(responseKey, serverChallenge, response.proven))) {
    throw denied('the password is wrong');
  }
  checkLmResponse(responseKey, serverChallenge, message.lmResponse, response);
  checkTarget(challenge, response);

  const sessionKey = exportedSessionKey(sessionBaseKeyV2(responseKey, response.proof), message);
  return {
    user: message.user,
    domain: message.domain,
    workstation: message.workstation,
    flags: message.flags,
    sessionKey,
    micVerified: checkMic(sessionKey, exchange, response),
    targetName: targetName(response),
    channelBindings: channelBindings(response),
    timestamp: response.timestamp.readBigUInt64LE(),
    targetInfo: response.targetInfo,
    lmResponse: message.lmResponse,
  };
}
