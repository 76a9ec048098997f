/**
 * What of the constants passes through each function of the addon, read from
 * its arguments and its result as lib/binding/native-binding.ts describes them.
 */

import {
  SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
  SECPKG_ATTR_NEGO_PKG_INFO,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SERVER_AUTH_FLAGS,
} from '../../../../lib/constants/context-attributes.js';
import {
  SEC_WINNT_AUTH_IDENTITY_UNICODE,
  SEC_WINNT_AUTH_IDENTITY_VERSION,
} from '../../../../lib/constants/credentials.js';
import { SCHANNEL_ALERT, SCHANNEL_SESSION } from '../../../../lib/constants/schannel.js';
import {
  SECBUFFER_ATTRMASK,
  SECBUFFER_FLAGS,
  SECBUFFER_TOKEN,
} from '../../../../lib/constants/sec-buffers.js';
import { plainType } from '../../../../lib/raw/sec-buffers.js';
import { isFailure } from '../../../../lib/core/status.js';

type See = (group: string, value: number) => void;

/** A call that reached SSPI. */
export interface Call {
  args: readonly unknown[];
  /** Its result: the status, and what belongs to the function. */
  tuple: readonly unknown[];
  see: See;
  /** `see`, for what is of that package. */
  seeOf: (packageName: string) => See;
}

type Decoder = (call: Call) => void;

function seeNumber(see: See, group: string, value: unknown): void {
  if (typeof value === 'number') see(group, value);
}

function seeTypes(see: See, types: Iterable<unknown>): void {
  for (const type of types) {
    if (typeof type !== 'number') continue;
    see('SECBUFFER', plainType(type));
    const attributes = (type & SECBUFFER_ATTRMASK) >>> 0;
    if (attributes !== 0) see('SECBUFFER_ATTR', attributes);
  }
}

function* everyNth<T>(list: readonly T[], n: number): Iterable<T | undefined> {
  for (let i = 0; i < list.length; i += n) yield list[i];
}

function bufferOf(type: number, types: readonly number[], data: unknown): Buffer | undefined {
  const bytes = (data as readonly (Uint8Array | undefined)[])[
    types.findIndex((each) => plainType(each) === type)
  ];
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function leg(side: 'ISC' | 'ASC'): Decoder {
  return ({ args, tuple, see }) => {
    const [contextReq, targetDataRep, inputs = 0, , ...rest] = args[4] as Uint32Array;
    const [, , contextAttr, , ...left] = tuple;
    const inputTypes = rest.slice(0, inputs);
    seeNumber(see, `${side}_REQ`, contextReq);
    seeNumber(see, 'DREP', targetDataRep);
    seeNumber(see, `${side}_RET`, contextAttr);
    seeTypes(see, inputTypes);
    // (type, size) of what was asked for, (type, bytes or size) of what was left.
    seeTypes(see, everyNth(rest.slice(inputs), 2));
    seeTypes(see, everyNth(left, 2));
    // The newer flags have 64 bits, and a buffer of their own.
    const flags = bufferOf(SECBUFFER_FLAGS, inputTypes, args[5]);
    if (flags?.length === 8) see(`${side}_REQ`, Number(flags.readBigUInt64LE()));
    const granted = left[left.indexOf(SECBUFFER_FLAGS) + 1];
    if (granted instanceof Uint8Array && granted.length === 8) {
      see(`${side}_RET`, Number(Buffer.from(granted).readBigUInt64LE()));
    }
  };
}

/** Attributes whose value is a constant, or flags, and comes first. */
const VALUE_GROUPS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [SECPKG_ATTR_NEGOTIATION_INFO, 'NEGOTIATION_STATE'],
  [SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS, 'LAST_CLIENT_TOKEN'],
  [SECPKG_ATTR_NEGO_PKG_INFO, 'NEGO_INFO'],
  [SECPKG_ATTR_SERVER_AUTH_FLAGS, 'CREDSSP_SERVER_AUTH'],
]);

/** A package does not have the attributes for which it fails. */
function attribute(group: 'SECPKG_ATTR' | 'SECPKG_CRED_ATTR'): Decoder {
  return ({ args, tuple: [status, value], see }) => {
    if (isFailure(status as number)) return;
    seeNumber(see, group, args[1]);
    const valueGroup = group === 'SECPKG_ATTR' ? VALUE_GROUPS.get(args[1]) : undefined;
    if (valueGroup !== undefined) seeNumber(see, valueGroup, value);
  };
}

/** The message's buffers stand in the result as (type, source, offset, size). */
function message(protects: boolean): Decoder {
  return ({ args: [, qop, , types], tuple: [, found, ...buffers], see }) => {
    seeTypes(see, types as Uint32Array);
    seeTypes(see, everyNth(buffers, 4));
    seeNumber(see, 'SECQOP', protects ? qop : found);
  };
}

const acquire: Decoder = ({ args, see }) => {
  const [, , , use, user, , , packageList] = args;
  // The lowest bits are one value, the others flags.
  seeNumber(see, 'SECPKG_CRED', (use as number) & 0xf);
  for (let bit = 0x10; bit <= 0x8000_0000; bit *= 2) {
    if (((use as number) & bit) !== 0) see('SECPKG_CRED', bit);
  }
  // What the addon writes into the record (src-native/sspi/acquire.cc).
  const extended = packageList !== undefined;
  if (extended || user !== undefined) see('AUTH_IDENTITY', SEC_WINNT_AUTH_IDENTITY_UNICODE);
  if (extended) see('AUTH_IDENTITY', SEC_WINNT_AUTH_IDENTITY_VERSION);
};

const complete: Decoder = ({ args, tuple, see }) => {
  seeTypes(see, args[2] as Uint32Array);
  seeTypes(see, everyNth(tuple.slice(1), 2));
};

const packages: Decoder = ({ tuple, seeOf }) => {
  for (let i = 1; i < tuple.length; i += 6) {
    const [capabilities, , rpcId, , name] = tuple.slice(i, i + 6);
    if (typeof name !== 'string') continue;
    seeNumber(seeOf(name), 'SECPKG_FLAG', capabilities);
    seeNumber(seeOf(name), 'SECPKG_RPC_ID', rpcId);
  }
};

const controlToken: Decoder = ({ args, see }) => {
  const types = [...(args[1] as Uint32Array)];
  seeTypes(see, types);
  const token = bufferOf(SECBUFFER_TOKEN, types, args[2]);
  if (token === undefined || token.length < 4) return;
  const type = token.readUInt32LE();
  see('SCHANNEL_CONTROL', type);
  if (type === SCHANNEL_SESSION && token.length >= 8) see('SSL_SESSION', token.readUInt32LE(4));
  if (type !== SCHANNEL_ALERT || token.length < 12) return;
  see('TLS_ALERT', token.readUInt32LE(4));
  see('TLS_ALERT', token.readUInt32LE(8));
};

export const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['acquireCredentialsHandle', acquire],
  ['initializeSecurityContext', leg('ISC')],
  ['acceptSecurityContext', leg('ASC')],
  ['completeAuthToken', complete],
  ['queryContextAttributes', attribute('SECPKG_ATTR')],
  ['setContextAttributes', attribute('SECPKG_ATTR')],
  ['queryCredentialsAttributes', attribute('SECPKG_CRED_ATTR')],
  ['setCredentialsAttributes', attribute('SECPKG_CRED_ATTR')],
  ['encryptMessage', message(true)],
  ['decryptMessage', message(false)],
  ['makeSignature', message(true)],
  ['verifySignature', message(false)],
  ['applyControlToken', controlToken],
  [
    'exportSecurityContext',
    ({ args, see }) => {
      seeNumber(see, 'EXPORT', args[1]);
    },
  ],
  [
    'tokenInformation',
    ({ tuple: [, , primary, level], see }) => {
      // A primary token has no level.
      if (primary === 0) seeNumber(see, 'IMPERSONATION_LEVEL', level);
    },
  ],
  [
    'duplicateToken',
    ({ args: [, primary, level], tuple: [error], see }) => {
      if (error === 0 && primary === false) seeNumber(see, 'IMPERSONATION_LEVEL', level);
    },
  ],
  ['enumerateSecurityPackages', packages],
  ['querySecurityPackageInfo', packages],
]);
