import { afterEach, expect } from '@jest/globals';

import { closePairs, openPair, type Pair } from '../instruments/support/handshake.js';
import { patience } from '../instruments/support/patience.js';
import { testWithAccount, testWithDomain } from '../instruments/support/skip.js';
import { alice, domain, present } from '../instruments/support/system.js';

afterEach(closePairs);

const CONTEXTS = 50;
const SEED = 20_240_601;

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  let state = seed;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/** One message of each pair, in a random order, all fired before any is awaited. */
async function round(
  pairs: readonly Pair[],
  tokens: Map<Pair, Buffer | undefined>,
  number: number,
): Promise<void> {
  const running = shuffled(pairs, SEED + number).map(async (pair) => {
    const token = tokens.get(pair);
    if (number > 0 && token === undefined) return;
    const receiver = number % 2 === 0 ? pair.client : pair.server;
    const answer = await (number === 0 ? pair.client.step() : receiver.step(present(token)));
    tokens.set(pair, answer.token);
  });
  await Promise.all(running);
}

async function interleave(open: () => Promise<Pair>): Promise<Pair[]> {
  const pairs = await Promise.all(Array.from({ length: CONTEXTS }, open));
  const tokens = new Map<Pair, Buffer | undefined>();
  for (let number = 0; number === 0 || [...tokens.values()].some(Boolean); number++) {
    await round(pairs, tokens, number);
  }
  return pairs;
}

/** Each side of a pair has the other's key, and no two pairs have the same. */
function expectNoCrossTalk(pairs: readonly Pair[]): void {
  const keys = pairs.map(({ client, server }) => {
    expect(client.established && server.established).toBe(true);
    const key = present(server.sessionKey).toString('hex');
    expect(present(client.sessionKey).toString('hex')).toBe(key);
    return key;
  });
  expect(new Set(keys).size).toBe(pairs.length);
}

testWithDomain(`${CONTEXTS} Kerberos logons at once, in random order (seed ${SEED})`, async () => {
  const client = { targetName: present(domain).spn, mutualAuth: true };
  expectNoCrossTalk(await interleave(() => openPair({ package: 'Kerberos', client })));
});

testWithAccount(
  `${CONTEXTS} NTLM logons at once, in random order (seed ${SEED})`,
  async () => {
    const authIdentity = present(alice);
    expectNoCrossTalk(await interleave(() => openPair({ package: 'NTLM', authIdentity })));
  },
  60_000 * patience,
);

testWithAccount('steps fired on one context without awaiting run in order', async () => {
  const pair = await openPair({ package: 'NTLM', authIdentity: present(alice) });
  const first = await pair.client.step();
  const ended: string[] = [];
  const note = (name: string) => (error: unknown) => {
    ended.push(name);
    return error;
  };
  const challenge = await pair.server.step(present(first.token));
  const bytes = Buffer.from(present(challenge.token));
  const right = pair.client.step(bytes).then(note('right'));
  const late = pair.client.step(bytes).catch(note('late'));
  // The caller may use its memory again at once.
  bytes.fill(0);
  expect(await right).toMatchObject({ done: true });
  expect(await late).toMatchObject({ code: 'ERR_SECUR32_ALREADY_ESTABLISHED' });
  expect(ended).toEqual(['right', 'late']);
});
