/** AV_PAIR (MS-NLMP 2.2.2.1): what a server says of itself, and a client of what it heard. */

import { malformed } from './refusal.js';

export const AvId = {
  MsvAvEOL: 0,
  MsvAvNbComputerName: 1,
  MsvAvNbDomainName: 2,
  MsvAvDnsComputerName: 3,
  MsvAvDnsDomainName: 4,
  MsvAvFlags: 6,
  MsvAvTimestamp: 7,
  MsvAvSingleHost: 8,
  MsvAvTargetName: 9,
  MsvAvChannelBindings: 10,
} as const;

/** Of MsvAvFlags: the message has an integrity code. */
export const MIC_PROVIDED = 0x2;

/** Values by AvId, in their order; without the end. */
export type AvPairs = ReadonlyMap<number, Buffer>;

export function writeAvPairs(pairs: AvPairs): Buffer {
  const parts: Buffer[] = [];
  for (const [id, value] of [...pairs, [AvId.MsvAvEOL, Buffer.alloc(0)] as const]) {
    const header = Buffer.alloc(4);
    header.writeUInt16LE(id);
    header.writeUInt16LE(value.length, 2);
    parts.push(header, value);
  }
  return Buffer.concat(parts);
}

/** Reads pairs up to their end; what is behind it is not theirs. */
export function readAvPairs(bytes: Buffer): AvPairs {
  const pairs = new Map<number, Buffer>();
  for (let at = 0; ;) {
    if (at + 4 > bytes.length) throw malformed('pairs without an end');
    const id = bytes.readUInt16LE(at);
    const size = bytes.readUInt16LE(at + 2);
    const value = bytes.subarray(at + 4, at + 4 + size);
    if (value.length < size) throw malformed(`the pair ${id} is longer than its message`);
    if (id === AvId.MsvAvEOL) {
      if (size !== 0) throw malformed('an end of pairs with a value');
      return pairs;
    }
    if (pairs.has(id)) throw malformed(`two pairs ${id}`);
    pairs.set(id, value);
    at += 4 + size;
  }
}
