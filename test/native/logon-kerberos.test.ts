import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect } from '@jest/globals';

import { SspiError } from '../../lib/core/errors.js';
import { runChild } from '../instruments/support/child.js';
import { closePairs, exchange, openPair } from '../instruments/support/handshake.js';
import { testOnWine, testWithDomain } from '../instruments/support/skip.js';
import { alice, domain, present } from '../instruments/support/system.js';

afterEach(closePairs);

describe.each(['Kerberos', 'Negotiate'])('%s', (packageName) => {
  testWithDomain('the ticket in the cache logs on in one message', async () => {
    const { spn: targetName } = present(domain);
    const pair = await openPair({ package: packageName, client: { targetName } });
    const { client, server } = pair;
    const first = await client.step();
    expect(first).toMatchObject({ done: true, statusName: 'SEC_E_OK' });
    await server.step(present(first.token));
    expect(server.established).toBe(true);
    expect(server.negotiatedPackage).toBe('Kerberos');
    expect(client.attributes.mutualAuth).toBe(false);
  });

  testWithDomain('mutual authentication proves the server, too', async () => {
    const { spn: targetName } = present(domain);
    const client = { targetName, mutualAuth: true, protection: 'encrypt' } as const;
    const pair = await openPair({
      package: packageName,
      client,
      server: { protection: 'encrypt' },
    });
    const sizes = await exchange(pair);
    expect(sizes).toHaveLength(2);
    for (const { attributes, sessionKey } of [pair.client, pair.server]) {
      expect(attributes).toMatchObject({
        mutualAuth: true,
        confidentiality: true,
        integrity: true,
        replayDetect: true,
        sequenceDetect: true,
        nullSession: false,
      });
      expect(sessionKey?.length).toBeGreaterThanOrEqual(16);
    }
    expect(pair.client.sessionKey).toEqual(pair.server.sessionKey);
  });

  testWithDomain('the context expires with the ticket, hours from now', async () => {
    const { spn: targetName } = present(domain);
    const pair = await openPair({ package: packageName, client: { targetName } });
    await exchange(pair);
    const hours = (present(pair.client.expiresAt).getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(0.1);
    expect(hours).toBeLessThan(24);
  });

  testWithDomain('a service that does not exist is refused on the client', async () => {
    const targetName = `HTTP/no-such-host.${present(domain).realm.toLowerCase()}`;
    const pair = await openPair({ package: 'Kerberos', client: { targetName } });
    await expect(pair.client.step()).rejects.toBeInstanceOf(SspiError);
    await expect(pair.client.step(Buffer.alloc(1))).rejects.toMatchObject({
      code: 'ERR_SECUR32_CONTEXT_FAILED',
    });
  });
});

// Under Wine explicit credentials become the process's own, so each of these
// runs in a process of its own.
describe('Kerberos with explicit credentials', () => {
  const logOn = (account: { user: string; domain: string; password: string }) =>
    runChild('native/children/explicit-kerberos.js', {
      input: { account, spn: present(domain).spn },
    });

  testWithDomain('the right password logs on', async () => {
    const account = { ...present(alice), domain: present(domain).realm };
    const { status, output } = await logOn(account);
    expect(output).toEqual({ established: true, package: 'Kerberos' });
    expect(status).toBe(0);
  });

  testOnWine('a second identity in the process is refused, not mixed up', async () => {
    const { output } = await runChild('native/children/two-identities.js', {
      input: { account: { ...present(alice), domain: present(domain).realm } },
    });
    const refused = 'ERR_SECUR32_IDENTITY_UNSUPPORTED';
    expect(output).toEqual({ Kerberos: refused, Negotiate: refused, NTLM: 'acquired' });
  });

  testOnWine('nor is it accepted by another copy of the package', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secur32-copy-'));
    try {
      const { output, errors } = await runChild('native/children/two-identities.js', {
        input: { account: { ...present(alice), domain: present(domain).realm }, folder },
      });
      const refused = 'ERR_SECUR32_IDENTITY_UNSUPPORTED';
      expect(errors).toBe('');
      expect(output).toEqual({ Kerberos: refused, Negotiate: refused, NTLM: 'acquired' });
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  testWithDomain('a wrong password is refused by the domain', async () => {
    const account = { ...present(alice), domain: present(domain).realm, password: 'wrong' };
    const { output } = await logOn(account);
    expect(output).toMatchObject({ sspi: true, established: false });
  });
});
