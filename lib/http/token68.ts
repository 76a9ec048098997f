/** Schemes and tokens as HTTP header fields carry them: `Negotiate <base64>`. */

const CREDENTIALS = /^(?<scheme>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?: +(?<rest>.*))?$/s;

/**
 * Splits credentials or a challenge (RFC 9110, section 11) into the name of the
 * scheme and what follows it; returns undefined if the text is neither.
 */
export function splitCredentials(
  text: string,
): { scheme: string; rest: string | undefined } | undefined {
  const groups = CREDENTIALS.exec(text)?.groups;
  const scheme = groups?.['scheme'];
  return scheme === undefined ? undefined : { scheme, rest: groups?.['rest'] };
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The number of base64 characters for a number of bytes. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Decodes a token of up to `maxBytes` bytes; checks its size before it decodes it. */
export function decodeToken(text: string, maxBytes: number): Buffer | 'too large' | 'not base64' {
  if (text.length > base64Length(maxBytes)) return 'too large';
  const token = decodeBase64(text);
  if (token === undefined) return 'not base64';
  return token.length > maxBytes ? 'too large' : token;
}

/**
 * Returns undefined if the text is not the canonical base64 of its bytes. The
 * decoder of Node.js accepts many other texts.
 */
function decodeBase64(text: string): Buffer | undefined {
  if (!BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
