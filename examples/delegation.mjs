// The double hop: a client logs on to a front server, which logs on to a back
// server as this client, without knowing a password.
//
//   node examples/delegation.mjs
//   npm run testbed -- node examples/delegation.mjs
//
// It needs Kerberos, a domain that trusts the front server's account for
// delegation, and a client that allows it (`delegate: true`).

import { loggedOn, report } from './support/log-on.mjs';

const name = ({ name, sid, source }) => name ?? sid ?? `unknown (identity from: ${source})`;

try {
  const front = await loggedOn({ client: { delegate: true } });
  try {
    console.log(`the front server's client: ${name(front.server.identity)}`);
    // The credentials of the client's, never the process's: it fails otherwise.
    const back = await loggedOn({ onBehalfOf: front.server });
    try {
      console.log(`the back server's client: ${name(back.server.identity)}`);
    } finally {
      back.close();
    }
  } finally {
    front.close();
  }
} catch (error) {
  report(error);
}
