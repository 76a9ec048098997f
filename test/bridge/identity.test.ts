/** Who logged on: the names, SIDs and groups of a real domain, and acting as them. */

import { afterEach, describe, expect, test } from '@jest/globals';

import { Credentials } from '../../lib/context/credentials.js';
import { AccessRules } from '../../lib/identity/access-rules.js';
import type { Identity } from '../../lib/identity/identity.js';
import {
  BRIDGE_PACKAGES,
  openBridgePair,
  WITH_TICKETS,
  type BridgeLogon,
  type BridgePackage,
} from '../instruments/support/bridge.js';
import { closePairs, exchange, openPair } from '../instruments/support/handshake.js';
import { control, endOfTest } from '../instruments/support/scripted.js';
import { bob, domain, present } from '../instruments/support/system.js';

afterEach(async () => {
  await closePairs();
  await endOfTest();
});

const OF_EVERYBODY = ['S-1-1-0', 'S-1-5-2', 'S-1-5-11'];
/** The SID of each logon is its own. */
const OF_LOGON = 'S-1-5-5-';
const sidsOf = ({ groups }: Identity) =>
  present(groups)
    .map(({ sid }) => sid)
    .filter((sid) => !sid.startsWith(OF_LOGON));
const AS_BOB: BridgeLogon = { authIdentity: present(bob) };

async function identityOf(packageName: BridgePackage, options?: BridgeLogon): Promise<Identity> {
  const pair = await openBridgePair(packageName, options);
  await exchange(pair);
  return pair.server.identity;
}

/** The SID of the group that alice is in and bob is not: engineers. */
async function engineers(packageName: BridgePackage): Promise<string> {
  const [ofAlice, ofBob] = await Promise.all([
    identityOf(packageName),
    identityOf(packageName, AS_BOB),
  ]);
  const others = new Set(sidsOf(ofBob));
  const [group, ...more] = sidsOf(ofAlice).filter((sid) => !others.has(sid));
  expect(more).toEqual([]);
  return present(group);
}

describe.each(BRIDGE_PACKAGES)('%s', (packageName) => {
  test('names the user of the session, with a token of that user', async () => {
    const identity = await identityOf(packageName);
    expect(identity).toMatchObject({
      source: 'token',
      name: 'SSPI\\alice',
      isAnonymous: false,
      isGuest: false,
      impersonationLevel: 'impersonation',
    });
    expect(identity.sid).toMatch(/^S-1-5-21-\d+-\d+-\d+-\d+$/);
    expect(sidsOf(identity)).toEqual(expect.arrayContaining(OF_EVERYBODY));
  });

  test('names another user, by that name and password', async () => {
    const [ofBob, ofAlice] = await Promise.all([
      identityOf(packageName, AS_BOB),
      identityOf(packageName),
    ]);
    expect(ofBob.name).toBe('SSPI\\bob');
    const domainOf = ({ sid }: Identity) => present(sid).replace(/-\d+$/, '');
    expect(domainOf(ofBob)).toBe(domainOf(ofAlice));
    expect(ofBob.sid).not.toBe(ofAlice.sid);
  });

  test('lets the members of a group in, and nobody else', async () => {
    const rules = await AccessRules.resolve({ allow: [await engineers(packageName)] });
    expect(rules.permits(await identityOf(packageName))).toBe(true);
    expect(rules.permits(await identityOf(packageName, AS_BOB))).toBe(false);
  });

  test('keeps the members of a group out, and nobody else', async () => {
    const rules = await AccessRules.resolve({ deny: [await engineers(packageName)] });
    expect(rules.permits(await identityOf(packageName))).toBe(false);
    expect(rules.permits(await identityOf(packageName, AS_BOB))).toBe(true);
  });

  test('says who many clients are that log on at once', async () => {
    const users = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? {} : AS_BOB));
    const identities = await Promise.all(users.map((options) => identityOf(packageName, options)));
    expect(identities.map(({ name }) => name)).toEqual(
      users.map((options) => (options === AS_BOB ? 'SSPI\\bob' : 'SSPI\\alice')),
    );
  });

  test('lets a function run as the client', async () => {
    const pair = await openBridgePair(packageName, AS_BOB);
    await exchange(pair);
    expect(control.threadIsImpersonating()).toBe(false);
    expect(pair.server.impersonate(() => control.threadIsImpersonating())).toBe(true);
    expect(control.threadIsImpersonating()).toBe(false);
  });
});

describe.each(WITH_TICKETS)('%s', (packageName) => {
  test('tells which service the client asked for, whatever its case', async () => {
    const { spn } = present(domain);
    const server = { targetNames: [spn.toLowerCase()] };
    expect((await identityOf(packageName, { server })).name).toBe('SSPI\\alice');
    const other = { targetNames: ['HTTP/other.sspi.test'] };
    await expect(identityOf(packageName, { server: other })).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
    });
  });

  test('acts on behalf of a client who handed its ticket over', async () => {
    const { client, server } = await openBridgePair(packageName, {
      ...AS_BOB,
      client: { delegate: true },
      server: { require: ['delegate'] },
    });
    await exchange({ client, server });
    expect(server.identity.impersonationLevel).toBe('delegation');
    const onBehalf = await Credentials.acquire({
      package: packageName,
      use: 'outbound',
      onBehalfOf: server,
    });
    try {
      const second = await openPair({
        package: packageName,
        credentials: onBehalf,
        client: { targetName: present(domain).spn },
      });
      await exchange(second);
      expect(second.server.identity.name).toBe('SSPI\\bob');
    } finally {
      onBehalf.close();
    }
  });

  test('does not act on behalf of a client who handed nothing over', async () => {
    const pair = await openBridgePair(packageName, AS_BOB);
    await exchange(pair);
    const acquired = Credentials.acquire({
      package: packageName,
      use: 'outbound',
      onBehalfOf: pair.server,
    });
    await expect(acquired).rejects.toMatchObject({ code: 'SEC_E_NO_CREDENTIALS' });
  });
});
