// How late timers are while NTLM logons go on, one after the other and ten at
// once, against an idle loop, and against the same logons with the Sync calls.
'use strict';

const { Credentials, ClientContext, ServerContext } = require('secur32');
const {
  acceptSecurityContextSync,
  acquireCredentialsHandleSync,
  initializeSecurityContextSync,
  SECBUFFER_TOKEN,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
} = require('secur32/raw');
const { printRow, quantile } = require('./statistics.js');

const LOGONS = 40;
const AT_ONCE = 10;
const IDLE_MS = 3_000;
const TICK_MS = 5;

const { SECUR32_TEST_USER, SECUR32_TEST_DOMAIN, SECUR32_TEST_PASSWORD } = process.env;
const authIdentity = {
  user: SECUR32_TEST_USER,
  domain: SECUR32_TEST_DOMAIN,
  password: SECUR32_TEST_PASSWORD,
};

/** How much later than asked for each timer came while `work` went on. */
async function lateness(work) {
  const late = [];
  let due = performance.now() + TICK_MS;
  let timer;
  const tick = () => {
    const now = performance.now();
    late.push(Math.max(0, now - due));
    due = now + TICK_MS;
    timer = setTimeout(tick, TICK_MS);
  };
  timer = setTimeout(tick, TICK_MS);
  await work();
  // What the work held up until its end counts, too.
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  clearTimeout(timer);
  return late;
}

async function logOn(outbound, inbound) {
  const client = new ClientContext(outbound);
  const server = new ServerContext(inbound);
  try {
    let token = (await client.step()).token;
    while (token !== undefined) {
      const answer = await server.step(token);
      token = answer.token && (await client.step(answer.token)).token;
    }
    if (!server.established) throw new Error('not logged on');
  } finally {
    client.close();
    server.close();
  }
}

async function logOnAll(outbound, inbound, atOnce) {
  let left = LOGONS;
  const worker = async () => {
    while (left-- > 0) await logOn(outbound, inbound);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** The same with the calls that block, as a package without threads does. */
async function logOnAllSync() {
  const acquire = (use, identity) =>
    acquireCredentialsHandleSync({
      package: 'NTLM',
      use,
      ...(identity && { authIdentity: identity }),
    }).credential;
  const outbound = acquire(SECPKG_CRED_OUTBOUND, authIdentity);
  const inbound = acquire(SECPKG_CRED_INBOUND);
  for (let logon = 0; logon < LOGONS; logon++) {
    // As a request would: a turn of the loop for each logon.
    await new Promise((resolve) => setImmediate(resolve));
    let client;
    let server;
    let input = [];
    do {
      const step = initializeSecurityContextSync(
        client ? { context: client, input } : { credential: outbound },
      );
      client = step.context;
      const answer = acceptSecurityContextSync({
        ...(server ? { context: server } : { credential: inbound }),
        input: [{ type: SECBUFFER_TOKEN, data: step.output[0].data }],
      });
      server = answer.context;
      input = answer.output[0].data?.length
        ? [{ type: SECBUFFER_TOKEN, data: answer.output[0].data }]
        : undefined;
    } while (input !== undefined);
    client.close();
    server.close();
  }
  outbound.close();
  inbound.close();
}

async function main() {
  const outbound = await Credentials.acquire({ package: 'NTLM', use: 'outbound', authIdentity });
  const inbound = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
  await logOn(outbound, inbound);
  const runs = {
    'an idle loop (control)': () => new Promise((resolve) => setTimeout(resolve, IDLE_MS)),
    [`${LOGONS} NTLM logons, one by one`]: () => logOnAll(outbound, inbound, 1),
    [`${LOGONS} NTLM logons, ${AT_ONCE} at once`]: () => logOnAll(outbound, inbound, AT_ONCE),
    [`${LOGONS} NTLM logons, Sync calls`]: logOnAllSync,
  };
  printRow('how late timers are', ['median', 'p99', 'most', 'p99 ratio']);
  let control;
  for (const [title, work] of Object.entries(runs)) {
    const late = await lateness(work);
    const p99 = quantile(late, 0.99);
    control ??= p99;
    printRow(title, [
      `${quantile(late, 0.5).toFixed(2)} ms`,
      `${p99.toFixed(2)} ms`,
      `${Math.max(...late).toFixed(2)} ms`,
      (p99 / control).toFixed(2),
    ]);
  }
  outbound.close();
  inbound.close();
}

void main();
