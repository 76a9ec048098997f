/**
 * Flags of clients and of servers have different types, because the same bit
 * means different things on the two sides.
 */

import { ASC_RET_NAMES, type AscReq } from '../constants/asc-flags.js';
import { ISC_RET_NAMES, type IscReq } from '../constants/isc-flags.js';
import { argumentError } from '../core/errors.js';

/** Converts a number to client flags, for flags that this package does not define. */
export function iscReqBits(bits: number): IscReq {
  return bits as IscReq;
}

/** Converts a number to server flags, for flags that this package does not define. */
export function ascReqBits(bits: number): AscReq {
  return bits as AscReq;
}

/** Combines an array of flags into one unsigned number. */
export function combinedFlags(flags: readonly number[] | number, where: string): number {
  let bits = 0;
  for (const flag of Array.isArray(flags) ? (flags as readonly number[]) : [flags as number]) {
    if (!Number.isInteger(flag)) throw argumentError(`${where} must be flags or an array of flags`);
    // Newer flags do not fit in 32 bits and are passed in a SECBUFFER_FLAGS buffer.
    if (flag < -0x80000000 || flag > 0xffffffff) {
      throw argumentError(`${where}: ${flag} does not fit in 32 bits`);
    }
    bits |= flag;
  }
  return bits >>> 0;
}

type NamedFlags = readonly (readonly [name: string, value: number])[];

function namesOf(bits: number, names: NamedFlags): string[] {
  const found: string[] = [];
  let rest = bits >>> 0;
  for (const [name, value] of names) {
    if (value <= 0xffffffff && (rest & value) >>> 0 === value && value !== 0) {
      found.push(name);
      rest = (rest & ~value) >>> 0;
    }
  }
  if (rest !== 0) found.push(`0x${rest.toString(16)}`);
  return found;
}

/**
 * Returns the `ISC_RET_` names of the bits in a client's `contextAttr`; unnamed
 * bits as one `'0x…'`.
 */
export function iscRetNames(contextAttr: number): string[] {
  return namesOf(contextAttr, ISC_RET_NAMES);
}

/**
 * Returns the `ASC_RET_` names of the bits in a server's `contextAttr`; unnamed
 * bits as one `'0x…'`.
 */
export function ascRetNames(contextAttr: number): string[] {
  return namesOf(contextAttr, ASC_RET_NAMES);
}
