/** SIDs as text. */

const SID = /^S-1(?:-(?:0|[1-9][0-9]*)){2,16}$/i;

/**
 * Whether the text is a SID in the form that Windows writes, in any capitals. A SID in
 * another form would never match.
 */
export function isSid(text: string): boolean {
  return SID.test(text) && text.split('-').every((part, i) => i === 0 || Number(part) < 2 ** 32);
}

/** A SID as Windows writes it. */
export function canonicalSid(sid: string): string {
  return sid.toUpperCase();
}

/** SIDs that stand for nobody until more numbers follow: of a domain, of BUILTIN, of logon sessions. */
const INCOMPLETE: readonly RegExp[] = [
  /^S-1-5-21(?:-\d+){0,3}$/,
  /^S-1-5-32$/,
  /^S-1-5-5(?:-\d+)?$/,
];

/** Whether a SID is that of a domain or an authority, of which no user is a member. */
export function isIncompleteSid(sid: string): boolean {
  return INCOMPLETE.some((pattern) => pattern.test(sid));
}
