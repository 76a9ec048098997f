// Serves the page, in Windows' node.exe:
//
//   node tools/demo/web/server.mjs --host web.example.com --port 8443 --certificate FILE --key FILE
//
// Without a certificate it speaks plain HTTP, and the page says so.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { version } from 'node:os';
import { parseArgs } from 'node:util';
import { integratedAuth, RECOMMENDED_MAX_HEADER_SIZE } from 'secur32/http';

import { makeApp } from './app.mjs';

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: 'localhost' },
    port: { type: 'string', default: '0' },
    certificate: { type: 'string' },
    key: { type: 'string' },
  },
});

/** What Wine is and Windows is not. */
const testbed = process.env.SECUR32_TESTBED;
const auth = integratedAuth({
  schemes: ['Negotiate'],
  // Wine's Negotiate does not read what browsers send, and its Kerberos does;
  // neither compares channel bindings, which 'always', the default on TLS,
  // would refuse to go without.
  ...(testbed !== undefined && {
    packages: { Negotiate: 'Kerberos' },
    extendedProtection: 'never',
  }),
  logger: ({ type, reason, error }) => {
    if (type === 'rejection') console.error(`refused: ${reason}`, error ?? '');
  },
});
await auth.ready;

const app = makeApp(auth, {
  node: process.version,
  arch: process.arch,
  platform: testbed ?? version(),
  wine: testbed !== undefined,
});
const { host, port, certificate, key } = values;
const options = { maxHeaderSize: RECOMMENDED_MAX_HEADER_SIZE };
const server =
  certificate === undefined
    ? createServer(options, app)
    : createTlsServer({ ...options, cert: readFileSync(certificate), key: readFileSync(key) }, app);
server.listen(Number(port), '127.0.0.1');
await once(server, 'listening');
const scheme = certificate === undefined ? 'http' : 'https';
console.log(`listening on ${scheme}://${host}:${server.address().port}/`);
