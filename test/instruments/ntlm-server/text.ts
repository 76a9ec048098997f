/** Text in messages. */

import { malformed } from './refusal.js';

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le');
}

export function fromUtf16(bytes: Buffer, what: string): string {
  if (bytes.length % 2 !== 0) throw malformed(`${what} is half a character too long`);
  return bytes.toString('utf16le');
}

/** Character by character, as Windows does it: none becomes two. */
export function upperCase(text: string): string {
  return Array.from(text, (character) => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper : character;
  }).join('');
}
