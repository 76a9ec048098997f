/** The largest response head, in bytes: Node's limit and room for one token. */

import { maxHeaderSize as withoutToken } from 'node:http';

import { base64Length } from '../../token68.js';

export function maxHeaderSize(tokenBytes: number): number {
  return withoutToken + base64Length(tokenBytes);
}
