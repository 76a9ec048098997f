import { afterEach, expect, test } from '@jest/globals';

import {
  SECPKG_ATTR_FLAGS,
  SECPKG_ATTR_LIFESPAN,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
  SECPKG_NEGOTIATION_COMPLETE,
} from '../../lib/constants/context-attributes.js';
import { ISC_RET_CONFIDENTIALITY, ISC_RET_INTEGRITY } from '../../lib/constants/isc-flags.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { closePairs, exchange, openPair } from '../instruments/support/handshake.js';
import { testOnWindows, testOnWine, testWithAccount } from '../instruments/support/skip.js';
import { alice, present } from '../instruments/support/system.js';

afterEach(closePairs);

async function established() {
  const pair = await openPair({
    package: 'NTLM',
    authIdentity: present(alice),
    client: { protection: 'encrypt' },
    server: { protection: 'encrypt' },
  });
  await exchange(pair);
  return { client: present(pair.client.handle), server: present(pair.server.handle) };
}

testWithAccount('SIZES: what a message needs', async () => {
  const { client, server } = await established();
  for (const context of [client, server]) {
    expect(queryContextAttributes(context, SECPKG_ATTR_SIZES)).toMatchObject({
      maxSignature: 16,
      securityTrailer: 16,
    });
  }
});

testWithAccount('NEGOTIATION_INFO: the package, and that it was chosen', async () => {
  const { client, server } = await established();
  for (const context of [client, server]) {
    const info = queryContextAttributes(context, SECPKG_ATTR_NEGOTIATION_INFO);
    expect(info.state).toBe(SECPKG_NEGOTIATION_COMPLETE);
    expect(info.package).toMatchObject({ name: 'NTLM', rpcId: 10 });
    expect(info.package?.comment).toMatch(/\S/);
  }
  expect(liveCounts().contextBuffers).toBe(0);
});

testWithAccount('SESSION_KEY: the same on both sides, another one each time', async () => {
  const one = await established();
  const two = await established();
  const keys = [one.client, one.server, two.client].map((context) =>
    queryContextAttributes(context, SECPKG_ATTR_SESSION_KEY),
  );
  expect(keys[0]).toHaveLength(16);
  expect(keys[1]).toEqual(keys[0]);
  expect(keys[2]).not.toEqual(keys[0]);
  expect(liveCounts().contextBuffers).toBe(0);
});

testWithAccount('FLAGS: signing and sealing were granted', async () => {
  const { client } = await established();
  const flags = queryContextAttributes(client, SECPKG_ATTR_FLAGS);
  expect(flags & ISC_RET_INTEGRITY).not.toBe(0);
  expect(flags & ISC_RET_CONFIDENTIALITY).not.toBe(0);
});

testOnWine('NAMES, PACKAGE_INFO and LIFESPAN are not there', async () => {
  const { server } = await established();
  const absent = [SECPKG_ATTR_NAMES, SECPKG_ATTR_PACKAGE_INFO, SECPKG_ATTR_LIFESPAN] as const;
  for (const attribute of absent) {
    expect(() => queryContextAttributes(server, attribute)).toThrow(
      expect.objectContaining({
        code: 'SEC_E_UNSUPPORTED_FUNCTION',
        call: 'QueryContextAttributes',
      }),
    );
  }
});

testOnWindows('NAMES, PACKAGE_INFO and LIFESPAN: who, by what, how long', async () => {
  const pair = await openPair({ package: 'NTLM' });
  await exchange(pair);
  const server = present(pair.server.handle);
  expect(queryContextAttributes(server, SECPKG_ATTR_NAMES)).toMatch(/\\/);
  expect(queryContextAttributes(server, SECPKG_ATTR_PACKAGE_INFO)).toMatchObject({ name: 'NTLM' });
  const { start, expiry } = queryContextAttributes(server, SECPKG_ATTR_LIFESPAN);
  expect(expiry).toBeGreaterThanOrEqual(start);
  expect(liveCounts().contextBuffers).toBe(0);
});

test('before the first leg is done there is nothing to ask', async () => {
  const pair = await openPair({ package: 'NTLM' });
  expect(pair.client.handle).toBeUndefined();
  expect(() => pair.client.sizes).toThrow(
    expect.objectContaining({ code: 'ERR_SECUR32_NOT_ESTABLISHED' }),
  );
});

test('while a leg runs the context cannot be asked', async () => {
  const pair = await openPair({ package: 'NTLM' });
  await pair.client.step();
  const handle = present(pair.client.handle);
  const running = pair.client.step(Buffer.alloc(10));
  expect(() => queryContextAttributes(handle, SECPKG_ATTR_SIZES)).toThrow(
    expect.objectContaining({ code: 'ERR_SECUR32_BUSY' }),
  );
  await expect(running).rejects.toThrow();
});
