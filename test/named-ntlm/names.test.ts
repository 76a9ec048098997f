import { afterEach, describe, expect } from '@jest/globals';

import { ASC_RET_INTEGRITY } from '../../lib/constants/asc-flags.js';
import { ISC_RET_INTEGRITY } from '../../lib/constants/isc-flags.js';
import { querySecurityPackageInfo } from '../../lib/raw/packages.js';
import { closePairs, exchange, openPair } from '../instruments/support/handshake.js';
import {
  clientName,
  clientOf,
  lastMessage,
  NAMED_NTLM,
  nameOf,
  openFor,
  outcome,
  randomNumbers,
} from '../instruments/support/named-ntlm.js';
import { patience } from '../instruments/support/patience.js';
import { testWithAccount } from '../instruments/support/skip.js';
import { alice, bob, present, type Account } from '../instruments/support/system.js';

const INVALID_HANDLE = { code: 'SEC_E_INVALID_HANDLE', call: 'QueryContextAttributes' };

afterEach(closePairs);

testWithAccount('is a package like any other', () => {
  expect(querySecurityPackageInfo(NAMED_NTLM)).toMatchObject({ name: NAMED_NTLM, maxToken: 2888 });
});

describe.each([
  ['alice', alice],
  ['bob', bob],
])('%s', (_, account) => {
  testWithAccount('is named at the end, and not before', async () => {
    const { client, server } = await openFor(present(account));
    const first = await client.step();
    const second = await server.step(present(first.token));
    expect(() => clientOf(server)).toThrow(expect.objectContaining(INVALID_HANDLE));
    const third = await client.step(present(second.token));
    expect(() => clientOf(server)).toThrow(expect.objectContaining(INVALID_HANDLE));
    expect(await server.step(present(third.token))).toMatchObject({ done: true, token: undefined });
    expect(clientOf(server)).toBe(nameOf(present(account)));
    expect(client.sessionKey).toEqual(present(server.sessionKey));
    expect(server.expiresAt).toBeUndefined();
  });

  testWithAccount('is not named after a wrong password', async () => {
    const wrong = { ...present(account), password: `wrong ${present(account).password}` };
    const pair = await openFor(wrong);
    await expect(pair.server.step(await lastMessage(pair))).rejects.toMatchObject({
      code: 'SEC_E_LOGON_DENIED',
    });
    expect(() => clientOf(pair.server)).toThrow();
  });
});

testWithAccount('nobody names the client on its own side', async () => {
  const pair = await openFor(present(alice));
  await exchange(pair);
  expect(() => clientName(present(pair.client.handle))).toThrow(
    expect.objectContaining({ code: 'SEC_E_UNSUPPORTED_FUNCTION' }),
  );
});

describe.each(['none', 'sign', 'encrypt'] as const)('protection: %s', (protection) => {
  testWithAccount('each side has it, in its own bits', async () => {
    const pair = await openPair({
      package: NAMED_NTLM,
      authIdentity: present(alice),
      client: { protection },
      server: { protection },
    });
    await exchange(pair);
    const { client, server } = pair;
    expect(client.attributes.confidentiality).toBe(protection === 'encrypt');
    expect(server.attributes.confidentiality).toBe(protection === 'encrypt');
    for (const { replayDetect, sequenceDetect } of [client.attributes, server.attributes]) {
      expect([replayDetect, sequenceDetect]).toEqual(Array(2).fill(protection !== 'none'));
    }
    expect((client.attributes.bits & ISC_RET_INTEGRITY) !== 0).toBe(protection !== 'none');
    expect((server.attributes.bits & ASC_RET_INTEGRITY) !== 0).toBe(protection !== 'none');
  });
});

describe('logons of two users at once', () => {
  const SEED = 20_250_211;
  const LOGONS = 48;
  const AT_ONCE = 12;

  /** A logon, and a function for each of its steps. */
  async function logon(account: Account) {
    const pair = await openFor(account);
    let token: Buffer | undefined;
    const { client, server } = pair;
    const steps = [
      async () => ({ token } = await client.step()),
      async () => ({ token } = await server.step(present(token))),
      async () => ({ token } = await client.step(present(token))),
      async () => ({ token } = await server.step(present(token))),
    ];
    return { account, server, steps };
  }

  testWithAccount(
    `each server names its own client (seed ${SEED})`,
    async () => {
      const random = randomNumbers(SEED);
      const logons = await Promise.all(
        Array.from({ length: LOGONS }, (_, i) => logon(present(i % 2 === 0 ? alice : bob))),
      );
      const waiting = [...logons];
      const running = new Set<Promise<void>>();
      while (waiting.length + running.size > 0) {
        if (
          waiting.length === 0 ||
          running.size >= AT_ONCE ||
          (running.size > 0 && random() < 0.2)
        ) {
          await Promise.race(running);
          continue;
        }
        const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
        const { steps } = present(next);
        const step = present(steps.shift())().then(() => {
          running.delete(step);
          if (steps.length > 0) waiting.push(present(next));
        });
        running.add(step);
      }
      expect(logons.map(({ server }) => clientOf(server))).toEqual(
        logons.map(({ account }) => nameOf(account)),
      );
    },
    60_000 * patience,
  );

  testWithAccount('the last message of another client is refused, and names nobody', async () => {
    const [one, other] = await Promise.all([openFor(present(alice)), openFor(present(bob))]);
    const [message, otherMessage] = await Promise.all([lastMessage(one), lastMessage(other)]);
    expect(await outcome(one.server, otherMessage)).toBeUndefined();
    // Neither does it help or harm the one whose message it is.
    expect(await outcome(other.server, otherMessage)).toBe(nameOf(present(bob)));
    await expect(one.server.step(message)).rejects.toMatchObject({
      code: 'ERR_SECUR32_CONTEXT_FAILED',
    });
  });

  testWithAccount('a client that answers the challenge of another is the one named', async () => {
    const [one, other] = await Promise.all([openFor(present(alice)), openFor(present(bob))]);
    const first = await one.client.step();
    await other.client.step();
    const second = await one.server.step(present(first.token));
    const third = await other.client.step(present(second.token));
    expect(await outcome(one.server, present(third.token))).toBe(nameOf(present(bob)));
  });
});
