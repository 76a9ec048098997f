/** Settings of a server that end connections during every NTLM logon. */

/** One request without a token, and two with one. */
const REQUESTS_OF_A_LOGON = 3;

/** Node.js announces whole seconds. If it announces 0, clients do not use the connection again. */
const LEAST_TIMEOUT_MS = 1000;

/** What is wrong with a server's `maxRequestsPerSocket`; undefined if nothing is. */
export function getMaxRequestsFault({
  maxRequestsPerSocket: most,
}: {
  maxRequestsPerSocket?: number | null;
}): string | undefined {
  // 0 and null mean no limit.
  if (!most || most < 0 || most >= REQUESTS_OF_A_LOGON) return undefined;
  return (
    `this server ends connections after ${most} requests (maxRequestsPerSocket), but an NTLM logon takes ` +
    `${REQUESTS_OF_A_LOGON} requests on one connection: clients whose first request has no token can never log on by NTLM`
  );
}

/** What is wrong with a server's `keepAliveTimeout`; undefined if nothing is. */
export function getKeepAliveTimeoutFault({
  keepAliveTimeout: timeout,
}: {
  keepAliveTimeout?: number;
}): string | undefined {
  // 0 means no timeout.
  if (!timeout || timeout < 0 || timeout >= LEAST_TIMEOUT_MS) return undefined;
  return (
    `this server announces that it keeps connections open for 0 seconds (keepAliveTimeout is ${timeout} ms), but an ` +
    'NTLM logon takes several requests on one connection: it fails for clients that heed this, and for slow clients'
  );
}
