// The session: a cookie that is encrypted and sealed, so that any process that
// has the password can read it, and nobody else can make one.

import cluster from 'node:cluster';
import { getIronSession } from 'iron-session';

const HOURS = 8;

export function sessionOf(request, response) {
  return getIronSession(request, response, {
    cookieName: '__Host-session',
    password: process.env.SESSION_PASSWORD,
    ttl: HOURS * 60 * 60,
    // Strict: no page of another site can use it, as integratedAuth sees to it
    // for the logon. Whoever has the cookie is the user: TLS only, no script.
    cookieOptions: { httpOnly: true, secure: true, sameSite: 'strict', path: '/' },
  });
}

/** What later requests need, and no more: a cookie has 4096 bytes, and groups change. */
export async function remember(session, { sid, name }) {
  // Wine's packages say neither who it is nor what name that has.
  session.user = { sid: sid ?? 'unknown', name: name ?? 'nobody says' };
  session.process = cluster.worker.id;
  await session.save();
}
