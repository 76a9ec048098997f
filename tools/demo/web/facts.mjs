// What the page tells of a request: plain values, for page.mjs.

import { getAuthentication } from 'secur32/http';

import { exchangeOf } from './exchange.mjs';

/** More would be a list and no page. */
const MOST_GROUPS = 12;

/** Whether a group says something about the user, and not about the logon. */
const isNamed = ({ name, integrity, logonId }) => name !== undefined && !integrity && !logonId;

async function whoOf(identity) {
  // Names are for people; a domain that cannot be asked leaves SIDs.
  await identity.resolveNames().catch(() => undefined);
  const groups = identity.groups?.filter(isNamed);
  return {
    name: identity.name,
    sid: identity.sid,
    source: identity.source,
    groups: groups?.slice(0, MOST_GROUPS).map(({ name, denyOnly }) => ({ name, denyOnly })),
    moreGroups: Math.max(0, (groups?.length ?? 0) - MOST_GROUPS),
  };
}

function tlsOf({ socket }) {
  if (!socket.encrypted) return undefined;
  return { version: socket.getProtocol(), cipher: socket.getCipher().name };
}

/** @param {import('node:http').IncomingMessage} request that the middleware let through */
export async function factsOf(request, response, system) {
  const authentication = getAuthentication(request);
  const { scheme, persistent, extendedProtection, expiresAt } = authentication;
  return {
    who: await whoOf(authentication.identity),
    how: { scheme, package: authentication.package, persistent, expiresAt },
    exchange: exchangeOf(request, response),
    tls: tlsOf(request),
    extendedProtection,
    system,
  };
}
