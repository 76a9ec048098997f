/** The access token of a logon, and what can be done with it. */

import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

import { afterEach, describe, expect, test } from '@jest/globals';

import { lookupAccountNames } from '../../lib/raw/accounts.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import {
  adoptToken,
  duplicateToken,
  duplicateTokenInto,
  querySecurityContextToken,
  tokenInformation,
} from '../../lib/raw/tokens.js';
import { closePairs, exchange, openPair, type Pair } from '../instruments/support/handshake.js';
import { testOnWindows, testOnWine } from '../instruments/support/skip.js';
import { alice, domain, present } from '../instruments/support/system.js';

const open: { close: () => void }[] = [];
function kept<T extends { close: () => void }>(closable: T): T {
  open.push(closable);
  return closable;
}
afterEach(async () => {
  for (const closable of open.splice(0).reverse()) closable.close();
  expect(liveCounts().tokens).toBe(0);
  await closePairs();
});

async function logOn(packageName: string): Promise<Pair> {
  const pair = await openPair(
    packageName === 'NTLM'
      ? { package: packageName, ...(alice && { authIdentity: alice }) }
      : { package: packageName, client: { targetName: present(domain).spn } },
  );
  await exchange(pair);
  return pair;
}

const unsupported = (call: string): unknown =>
  expect.objectContaining({
    name: 'SspiError',
    code: 'SEC_E_UNSUPPORTED_FUNCTION',
    call,
    message: `${call} failed: SEC_E_UNSUPPORTED_FUNCTION (0x80090302), package does not implement this call, attribute or flag`,
  });

describe('Wine has no tokens of logons', () => {
  testOnWine('of no package, on neither side', async () => {
    for (const packageName of ['NTLM', 'Kerberos', 'Negotiate']) {
      const { client, server } = await logOn(packageName);
      for (const context of [client, server]) {
        expect(() => querySecurityContextToken(present(context.handle))).toThrow(
          unsupported('QuerySecurityContextToken'),
        );
      }
    }
  });

  testOnWine('nobody is impersonated, and the function is not called', async () => {
    for (const packageName of ['NTLM', 'Kerberos', 'Negotiate']) {
      const { server } = await logOn(packageName);
      let called = false;
      expect(() => {
        server.impersonate(() => {
          called = true;
        });
      }).toThrow(unsupported('ImpersonateSecurityContext'));
      expect(called).toBe(false);
    }
  });
});

describe('on Windows', () => {
  testOnWindows('the token of the user, duplicated, given away and taken', async () => {
    const { server } = await logOn('NTLM');
    const token = kept(querySecurityContextToken(present(server.handle)));
    const information = tokenInformation(token);
    const username = alice?.user ?? userInfo().username;
    const [account] = await lookupAccountNames([alice ? `${alice.domain}\\${username}` : username]);
    expect(information).toMatchObject({ user: account?.sid, type: 'impersonation' });
    expect(information.groups.length).toBeGreaterThan(0);

    const copy = kept(duplicateToken(token, { level: 'identification' }));
    expect(tokenInformation(copy)).toMatchObject({
      user: information.user,
      impersonationLevel: 'identification',
    });
    const taken = kept(adoptToken(duplicateTokenInto(copy, process.pid)));
    expect(tokenInformation(taken)).toEqual(tokenInformation(copy));
    token.close();
    expect(tokenInformation(taken).user).toBe(information.user);
  });

  testOnWindows('a function runs as the client, and the thread is itself again', async () => {
    // As the user of the process: that needs no privilege.
    const pair = await openPair({ package: 'NTLM' });
    await exchange(pair);
    const { server } = pair;
    const value = server.impersonate(() => readFileSync(process.execPath).length);
    expect(value).toBeGreaterThan(0);
    expect(() => server.impersonate(() => server.impersonate(() => 1))).toThrow(
      expect.objectContaining({ code: 'ERR_SECUR32_IMPERSONATING' }),
    );
    expect(() =>
      server.impersonate(() => {
        throw new RangeError('of the function');
      }),
    ).toThrow(new RangeError('of the function'));
  });
});

test('a value that is no handle of a token is not adopted', () => {
  for (const value of [0n, 0x7fff_fff0n, (1n << 64n) - 1n]) {
    expect(() => adoptToken(value)).toThrow(
      expect.objectContaining({ code: 'ERR_SECUR32_SYSTEM_ERROR' }),
    );
  }
});
