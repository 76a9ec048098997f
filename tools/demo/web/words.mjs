// The facts in words.

/** Who it is, in the largest letters of the page. */
export function greeting({ name, sid }) {
  return name ?? sid ?? 'Somebody';
}

export function nameText({ name, source }, { wine }) {
  if (name !== undefined) return name;
  if (source === 'token') return 'none: nobody knows a name for this SID';
  return wine
    ? "none: Wine's Secur32 checks the logon, and says neither name nor SID of who it was"
    : 'none: Secur32 gave neither an access token nor a name';
}

export const SOURCES = {
  token: 'the access token that Windows made for this logon',
  names: 'the name that the security package gave',
  none: 'nothing: that the logon is right is all that is known',
};

export function holdsFor({ persistent }) {
  return persistent
    ? 'this connection: who it is was proved once, and holds until it ends'
    : 'this request: the browser proves who it is with each one';
}

/** What of Extended Protection was checked. */
export function bindingsText({ extendedProtection: level, tls, system: { wine } }) {
  if (level === 'always') {
    return 'compared, and they must be there: the logon was made for this very connection, and one that somebody passes on is refused';
  }
  if (level === 'whenSupported') return 'compared, where the browser sends them';
  if (level === 'behindProxy') return 'not compared: the browser must have had some, and have asked for this service';
  if (level === 'audit') return 'compared, but nobody is refused';
  if (tls === undefined) return 'none: without TLS there is no channel to bind the logon to';
  return wine
    ? "not compared: Wine's packages ignore them. On Windows they are, by default"
    : 'not compared: it was switched off';
}

const bytes = (count) => `${count.toLocaleString('en')} bytes`;

/** What one side said. */
export function stepText({ by, method, path, status, scheme, tokenBytes, offers }) {
  if (by === 'browser') {
    const what = `${method} ${path}`;
    return tokenBytes === undefined
      ? { what, detail: 'without a logon' }
      : { what, detail: `with a ${scheme} token of ${bytes(tokenBytes)}` };
  }
  const what = String(status);
  if (status === 401) {
    const detail =
      tokenBytes === undefined
        ? `log on, by ${offers.join(' or ')}`
        : `go on: a token of ${bytes(tokenBytes)}`;
    return { what, detail };
  }
  const last = tokenBytes === undefined ? '' : `, and a last token of ${bytes(tokenBytes)}`;
  return { what, detail: `come in${last}` };
}

export function timeText(date) {
  if (date === undefined) return 'for ever';
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
