/** Limits of a server that end connections in the middle of every logon by NTLM. */

/** The one without a token, and two with one. */
const REQUESTS_OF_A_LOGON = 3;

/** Node.js announces whole seconds: with less than one, clients do not use a connection again. */
const LEAST_TIMEOUT_MS = 1000;

export function maxRequestsFault({
  maxRequestsPerSocket: most,
}: {
  maxRequestsPerSocket?: number | null;
}): string | undefined {
  // 0, and null, are no limit.
  if (!most || most < 0 || most >= REQUESTS_OF_A_LOGON) return undefined;
  return (
    `this server ends a connection after ${most} requests (maxRequestsPerSocket), and a logon by NTLM takes ` +
    `${REQUESTS_OF_A_LOGON} of one connection: clients that begin without a token never log on by NTLM`
  );
}

export function keepAliveTimeoutFault({
  keepAliveTimeout: timeout,
}: {
  keepAliveTimeout?: number;
}): string | undefined {
  // 0 is no timeout.
  if (!timeout || timeout < 0 || timeout >= LEAST_TIMEOUT_MS) return undefined;
  return (
    `this server tells clients that it keeps connections for 0 seconds (keepAliveTimeout is ${timeout} ms), and a ` +
    'logon by NTLM takes several requests of one connection: it fails with clients that believe this, and with slow ones'
  );
}
