/**
 * An NTLM server that has nothing of Secur32, so that it can say whether what
 * Secur32 sends is right. It logs on by NTLM v2 with extended session security
 * and 128-bit keys, and else not at all.
 */

import { randomBytes } from 'node:crypto';

import { AvId, type AvPairs } from './av-pairs.js';
import { writeChallenge } from './challenge.js';
import {
  combined,
  hex,
  NTLMSSP_NEGOTIATE_56,
  NTLMSSP_NEGOTIATE_ALWAYS_SIGN,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_SIGN,
  NTLMSSP_NEGOTIATE_TARGET_INFO,
  NTLMSSP_NEGOTIATE_VERSION,
  NTLMSSP_REQUEST_TARGET,
  NTLMSSP_TARGET_TYPE_SERVER,
} from './flags.js';
import { checkLogon, REQUIRED_FLAGS, type Logon } from './logon.js';
import { readNegotiate } from './negotiate.js';
import type { Account } from './ntlmv2.js';
import { NtlmRefusal } from './refusal.js';
import { SessionSecurity } from './session-security.js';
import { utf16 } from './text.js';

const UNIX_EPOCH_IN_TICKS = 116_444_736_000_000_000n;
const TICKS_PER_MILLISECOND = 10_000n;
/** Windows 10, and the revision of NTLM that everybody has. */
const VERSION = Buffer.from([10, 0, 0x61, 0x4a, 0, 0, 0, 15]);

/** What the server does if the client asks for it. */
const OFFERED_FLAGS = combined(
  REQUIRED_FLAGS,
  NTLMSSP_REQUEST_TARGET,
  NTLMSSP_NEGOTIATE_SIGN,
  NTLMSSP_NEGOTIATE_SEAL,
  NTLMSSP_NEGOTIATE_ALWAYS_SIGN,
  NTLMSSP_NEGOTIATE_VERSION,
  NTLMSSP_NEGOTIATE_KEY_EXCH,
  NTLMSSP_NEGOTIATE_56,
);
/** What it says of itself. */
const OWN_FLAGS = combined(
  NTLMSSP_TARGET_TYPE_SERVER,
  NTLMSSP_NEGOTIATE_TARGET_INFO,
  NTLMSSP_NEGOTIATE_VERSION,
);

export interface ServerNames {
  nbComputerName: string;
  nbDomainName: string;
  dnsComputerName: string;
  dnsDomainName: string;
}

export interface NtlmServerOptions {
  accounts: readonly Account[];
  names: ServerNames;
  /** Whether it tells the time, as every server of today. Without it clients need not protect the messages. */
  timestamp?: boolean;
}

function fileTime(milliseconds: number): Buffer {
  const ticks = Buffer.alloc(8);
  ticks.writeBigUInt64LE(BigInt(milliseconds) * TICKS_PER_MILLISECOND + UNIX_EPOCH_IN_TICKS);
  return ticks;
}

/** One logon, and the messages after it. */
export class NtlmServer {
  readonly #options: NtlmServerOptions;
  #sent: { negotiate: Buffer; challenge: Buffer } | undefined;
  #security: SessionSecurity | undefined;

  constructor(options: NtlmServerOptions) {
    this.#options = options;
  }

  /** Takes the client's first message, gives the challenge. */
  challenge(negotiate: Buffer): Buffer {
    const { flags } = readNegotiate(negotiate);
    const missing = (REQUIRED_FLAGS & ~flags) >>> 0;
    if (missing !== 0) throw new NtlmRefusal('not negotiated', `${hex(missing)} is missing`);
    const challenge = writeChallenge({
      flags: combined(flags & OFFERED_FLAGS, OWN_FLAGS),
      targetName: this.#options.names.nbComputerName,
      serverChallenge: randomBytes(8),
      targetInfo: this.#targetInfo(),
      version: VERSION,
    });
    this.#sent = { negotiate: Buffer.from(negotiate), challenge };
    return challenge;
  }

  /** Takes the client's last message; says who logged on, once for each challenge. */
  authenticate(authenticate: Buffer): Logon {
    const sent = this.#sent;
    this.#sent = undefined;
    if (sent === undefined) throw new NtlmRefusal('logon denied', 'there is no challenge');
    const logon = checkLogon({ ...sent, authenticate }, this.#options.accounts);
    this.#security = new SessionSecurity('server', logon.flags, logon.sessionKey);
    return logon;
  }

  /** The messages of the client that logged on. */
  get security(): SessionSecurity {
    if (this.#security === undefined) throw new Error('nobody logged on');
    return this.#security;
  }

  #targetInfo(): AvPairs {
    const { names, timestamp = true } = this.#options;
    return new Map([
      [AvId.MsvAvNbDomainName, utf16(names.nbDomainName)],
      [AvId.MsvAvNbComputerName, utf16(names.nbComputerName)],
      [AvId.MsvAvDnsDomainName, utf16(names.dnsDomainName)],
      [AvId.MsvAvDnsComputerName, utf16(names.dnsComputerName)],
      ...(timestamp ? [[AvId.MsvAvTimestamp, fileTime(Date.now())] as const] : []),
    ]);
  }
}
