import { afterEach, describe, expect, test } from '@jest/globals';

import { SspiError } from '../../lib/core/errors.js';
import { closePairs, exchange, openPair } from '../instruments/support/handshake.js';
import { testOnWindows, testWithAccount } from '../instruments/support/skip.js';
import { alice, bob, present } from '../instruments/support/system.js';

afterEach(closePairs);

const NTLM_MESSAGE = Buffer.from('NTLMSSP\0', 'latin1');

async function refusal(authIdentity: { user: string; domain: string; password: string }) {
  const pair = await openPair({ package: 'NTLM', authIdentity });
  const error: unknown = await exchange(pair).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(pair.server.established).toBe(false);
  return error;
}

testWithAccount('the right password logs on in three messages', async () => {
  const authIdentity = present(alice);
  const pair = await openPair({ package: 'NTLM', authIdentity });
  const { client, server } = pair;
  const first = await client.step();
  expect(first).toMatchObject({ done: false, statusName: 'SEC_I_CONTINUE_NEEDED' });
  expect(first.token?.subarray(0, 8)).toEqual(NTLM_MESSAGE);
  const second = await server.step(present(first.token));
  expect(second).toMatchObject({ done: false, statusName: 'SEC_I_CONTINUE_NEEDED' });
  expect(second.token?.subarray(0, 8)).toEqual(NTLM_MESSAGE);
  // The client is done, and its last message must be sent all the same.
  const third = await client.step(present(second.token));
  expect(third).toMatchObject({ done: true, statusName: 'SEC_E_OK' });
  expect(third.token?.subarray(0, 8)).toEqual(NTLM_MESSAGE);
  const last = await server.step(present(third.token));
  expect(last).toMatchObject({ done: true, statusName: 'SEC_E_OK', token: undefined });

  expect(client.negotiatedPackage).toBe('NTLM');
  expect(server.negotiatedPackage).toBe('NTLM');
  expect(client.sessionKey).toEqual(server.sessionKey);
  expect(client.sessionKey).toHaveLength(16);
});

testWithAccount('a password given as bytes logs on, too', async () => {
  const { user, domain, password } = present(alice);
  const authIdentity = { user, domain, password: Buffer.from(password, 'utf8') };
  const pair = await openPair({ package: 'NTLM', authIdentity });
  await exchange(pair);
  expect(pair.server.established).toBe(true);
});

describe.each(['sign', 'encrypt'] as const)('protection: %s', (protection) => {
  testWithAccount('is granted on both sides', async () => {
    const pair = await openPair({
      package: 'NTLM',
      authIdentity: present(alice),
      client: { protection },
      server: { protection },
    });
    await exchange(pair);
    for (const { attributes } of [pair.client, pair.server]) {
      expect(attributes.integrity).toBe(true);
      expect(attributes.confidentiality || protection === 'sign').toBe(true);
    }
  });
});

testWithAccount('a server that requires encryption refuses a client that did not ask', async () => {
  const pair = await openPair({
    package: 'NTLM',
    authIdentity: present(alice),
    server: { protection: 'encrypt' },
  });
  // By us, or by a system that minds already.
  await expect(exchange(pair)).rejects.toMatchObject({
    code: expect.stringMatching(
      /^(ERR_SECUR32_REQUIREMENTS_NOT_MET|SEC_E_LOGON_DENIED)$/,
    ) as unknown,
  });
  expect(pair.server.established).toBe(false);
  expect(pair.server.handle?.closed).toBe(true);
});

testWithAccount('mutual authentication, which NTLM does not have, fails', async () => {
  const pair = await openPair({
    package: 'NTLM',
    authIdentity: present(alice),
    client: { mutualAuth: true },
  });
  await expect(exchange(pair)).rejects.toThrow();
  expect(pair.client.established).toBe(false);
});

testWithAccount('two users log on at the same time', async () => {
  const users = [alice, bob ?? alice].map(present);
  const pairs = await Promise.all(
    users.map((authIdentity) => openPair({ package: 'NTLM', authIdentity })),
  );
  await Promise.all(pairs.map(exchange));
  expect(pairs.map(({ server }) => server.established)).toEqual([true, true]);
  const [one, two] = pairs.map(({ server }) => server.sessionKey);
  expect(one).not.toEqual(two);
});

testWithAccount('a user who does not exist is refused', async () => {
  const error = await refusal({ ...present(alice), user: 'nobody-of-that-name' });
  expect(error).toBeInstanceOf(SspiError);
  expect(error).toMatchObject({
    code: 'SEC_E_LOGON_DENIED',
    status: 0x8009030c,
    call: 'AcceptSecurityContext',
  });
});

// On a real machine a wrong password for a real account could lock it; the
// account of the tests is one that may be locked.
testWithAccount('a wrong password is refused, and says nothing of itself', async () => {
  const password = `wrong ${present(alice).password}`;
  const error = await refusal({ ...present(alice), password });
  expect(error).toMatchObject({ code: 'SEC_E_LOGON_DENIED', call: 'AcceptSecurityContext' });
  expect(JSON.stringify(error) + String(error)).not.toContain(password);
});

testOnWindows('the current user logs on over loopback', async () => {
  const pair = await openPair({ package: 'NTLM' });
  await exchange(pair);
  expect(pair.server.established).toBe(true);
});

test('a step after a failed one is refused', async () => {
  const pair = await openPair({ package: 'NTLM' });
  await expect(pair.server.step(Buffer.from('nonsense'))).rejects.toBeInstanceOf(SspiError);
  await expect(pair.server.step(Buffer.from('nonsense'))).rejects.toMatchObject({
    code: 'ERR_SECUR32_CONTEXT_FAILED',
  });
});
