/** How large the head of a response may be: as Node has it, and a token in it. */

import { maxHeaderSize as withoutToken } from 'node:http';

import { base64Length } from '../../token68.js';

export function maxHeaderSize(tokenBytes: number): number {
  return withoutToken + base64Length(tokenBytes);
}
