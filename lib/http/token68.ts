/** Tokens as HTTP carries them: base64 after the name of the scheme. */

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The number of base64 characters for a number of bytes. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/**
 * Decodes a token; returns undefined if the text is not its canonical base64.
 * The decoder of Node.js accepts many other texts.
 */
export function bytesOfBase64(text: string): Buffer | undefined {
  if (!BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
