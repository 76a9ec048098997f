// The facts in words.

'use strict';

/** Who it is, in the largest letters of the page. */
function greeting({ name, sid }) {
  return name ?? sid ?? 'Somebody without a name';
}

/** Why there is no name; undefined where there is one. */
function withoutName({ name, source }, { wine }) {
  if (name !== undefined) return undefined;
  if (source === 'token') return 'Nobody knows a name for this SID.';
  return wine
    ? "The logon is right. Whose it is, Wine's Secur32 does not say; Windows' does."
    : 'The logon is right. Secur32 gave neither an access token nor a name for it.';
}

const SOURCES = {
  token: 'the access token that Windows made for this logon',
  names: 'the name that the security package gave',
  none: 'nowhere: that the logon is right is all that is known',
};

function holdsFor({ persistent }) {
  return persistent
    ? 'this connection: who it is was proved once, and holds until it ends'
    : 'this request: the browser proves who it is with each one';
}

/** What of Extended Protection was checked. */
function bindingsText({ extendedProtection: level, tls, system: { wine } }) {
  if (level === 'always') {
    return 'compared, and they must be there: the logon was made for this very connection, and one that somebody passes on is refused';
  }
  if (level === 'whenSupported') return 'compared, where the browser sends them';
  if (level === 'behindProxy')
    return 'not compared: the browser must have had some, and have asked for this service';
  if (level === 'audit') return 'compared, but nobody is refused';
  if (tls === undefined) return 'none: without TLS there is no channel to bind the logon to';
  return wine
    ? "not compared: Wine's packages ignore them. On Windows they are, by default"
    : 'not compared: it was switched off';
}

const bytes = (count) => `${count.toLocaleString('en')} bytes`;

/** What one side said. */
function stepText({ by, method, path, status, scheme, tokenBytes, offers }) {
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

function timeText(date) {
  if (date === undefined) return 'for ever';
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

module.exports = { bindingsText, greeting, holdsFor, SOURCES, stepText, timeText, withoutName };
