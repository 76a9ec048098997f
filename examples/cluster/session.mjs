// The session: an encrypted and sealed cookie, which only processes that have the
// password can read or create.

import cluster from 'node:cluster';
import { getIronSession } from 'iron-session';

const HOURS = 8;

export function sessionOf(request, response) {
  return getIronSession(request, response, {
    cookieName: '__Host-session',
    password: process.env.SESSION_PASSWORD,
    ttl: HOURS * 60 * 60,
    // Strict: no page of another site can use it; integratedAuth ensures the same
    // for the logon. Whoever has the cookie acts as the user: TLS only, no scripts.
    cookieOptions: { httpOnly: true, secure: true, sameSite: 'strict', path: '/' },
  });
}

/** Stores what later requests need, and no more: a cookie has at most 4096 bytes, and groups change. */
export async function remember(session, { sid, name }) {
  // Wine's packages provide neither a SID nor a name.
  session.user = { sid: sid ?? 'unknown', name: name ?? 'unknown' };
  session.process = cluster.worker.id;
  await session.save();
}
