/** Tokens as HTTP carries them: base64 behind the name of the scheme. */

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** How many characters of base64 so many bytes are. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/**
 * The bytes of a token; undefined for what is no base64. Node's decoder takes
 * much for base64; a token has one way to be written.
 */
export function bytesOfBase64(text: string): Buffer | undefined {
  if (!BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
