// How long files and names take while fifty logons hang for two seconds each,
// against the same without them: the logons must not sit on the threads that
// Node.js has for files and names. Rounds with and without alternate.
'use strict';

const { lookup } = require('node:dns/promises');
const { readFile } = require('node:fs/promises');
const { acquireCredentialsHandle, SECPKG_CRED_BOTH } = require('secur32/raw');
const { milliseconds, printRatio, printRow, quantile } = require('./statistics.js');

const scripted = require(process.env.SECUR32_TEST_SCRIPTED);

const ROUNDS = 5;
const LOGONS = 50;
const HANG_MS = 2_000;
const CALLS = 100;
/** The call acquire of the scripted package. */
const ACQUIRE = 0;

let nextScript = 1_000_000;

/** Logons that hang; ends when all of them do. */
async function hang() {
  const logons = Array.from({ length: LOGONS }, () => {
    const script = nextScript++;
    // [status, setsAttributes, attributes, expiry, expiry, handle, delay, gate, inputs, echoes]
    scripted.addAnswer(script, ACQUIRE, Uint32Array.of(0, 0, 0, 0, 0, 0, HANG_MS, 0, 0, 0), []);
    return acquireCredentialsHandle({
      package: 'Scripted',
      principal: `script:${script}`,
      use: SECPKG_CRED_BOTH,
    });
  });
  return async () => {
    for (const { credential } of await Promise.all(logons)) credential.close();
  };
}

const WORK = {
  'fs.readFile': () => readFile(__filename),
  'dns.lookup': () => lookup('localhost'),
};

/** The time of each call. @param {Record<string, number[]>} times */
async function measure(times) {
  for (const [name, work] of Object.entries(WORK)) {
    for (let call = 0; call < CALLS; call++) times[name].push(await milliseconds(work));
  }
}

const noTimes = () => Object.fromEntries(Object.keys(WORK).map((name) => [name, []]));

async function main() {
  const control = noTimes();
  const loaded = noTimes();
  await measure(noTimes());
  for (let round = 0; round < ROUNDS; round++) {
    await measure(control);
    const started = performance.now();
    const end = await hang();
    await measure(loaded);
    if (performance.now() - started > HANG_MS)
      throw new Error('measured longer than the logons hung');
    await end();
  }
  printRow(`with ${LOGONS} logons that hang ${HANG_MS / 1000} s`, ['without', 'with', 'ratio']);
  for (const name of Object.keys(WORK)) {
    printRatio(`${name}, median`, quantile(control[name], 0.5), quantile(loaded[name], 0.5));
    printRatio(`${name}, p95`, quantile(control[name], 0.95), quantile(loaded[name], 0.95));
  }
}

void main();
