/** What goes wrong in a domain, with the status that Windows has for it. */

import { afterEach, describe, expect, test } from '@jest/globals';

import { BRIDGE_PACKAGES, openBridgePair, WITH_TICKETS } from '../instruments/support/bridge.js';
import { runChild } from '../instruments/support/child.js';
import { closePairs, exchange } from '../instruments/support/handshake.js';
import { endOfTest } from '../instruments/support/scripted.js';
import { bob, present } from '../instruments/support/system.js';

afterEach(async () => {
  await closePairs();
  await endOfTest();
});

test('without the program on Linux every call fails at once, and it is said', async () => {
  const { status, output, errors } = await runChild('bridge/children/acquire.js', {
    // Nobody listens there.
    env: { SECUR32_TEST_BRIDGE_PORT: '1' },
  });
  expect(output).toEqual(Array.from({ length: 3 }, () => 'SEC_E_INTERNAL_ERROR'));
  expect(errors).toBe("the testbed's bridge to MIT Kerberos has ended\n");
  expect(status).toBe(0);
});

describe.each(BRIDGE_PACKAGES)('%s', (packageName) => {
  test('a wrong password', async () => {
    const authIdentity = { ...present(bob), password: 'not the password' };
    const pair = await openBridgePair(packageName, { authIdentity });
    await expect(exchange(pair)).rejects.toMatchObject({ code: 'SEC_E_LOGON_DENIED' });
  });

  test('an unknown user', async () => {
    const authIdentity = { ...present(bob), user: 'nobody-of-that-name' };
    const pair = await openBridgePair(packageName, { authIdentity });
    await expect(exchange(pair)).rejects.toMatchObject({ code: 'SEC_E_LOGON_DENIED' });
  });

  test.each([
    ['bytes of nothing', Buffer.from('this is no token of anything at all')],
    ['zeros', Buffer.alloc(200)],
  ])('a token that is %s', async (_, token) => {
    const { server } = await openBridgePair(packageName);
    await expect(server.step(token)).rejects.toMatchObject({ code: 'SEC_E_INVALID_TOKEN' });
  });
});

describe.each(WITH_TICKETS)('%s', (packageName) => {
  test('a service that the domain does not know', async () => {
    const { client } = await openBridgePair(packageName, {
      client: { targetName: 'HTTP/unknown.sspi.test' },
    });
    await expect(client.step()).rejects.toMatchObject({ code: 'SEC_E_TARGET_UNKNOWN' });
  });

  test('a ticket for another service', async () => {
    const { client, server } = await openBridgePair(packageName, {
      client: { targetName: 'HTTP/apache.sspi.test' },
    });
    const { token } = await client.step();
    await expect(server.step(present(token))).rejects.toMatchObject({
      name: 'SspiError',
      call: 'AcceptSecurityContext',
    });
  });

  test('a ticket that was altered', async () => {
    const { client, server } = await openBridgePair(packageName);
    const token = Buffer.from(present((await client.step()).token));
    token.writeUInt8(token.readUInt8(token.length - 20) ^ 0xff, token.length - 20);
    await expect(server.step(token)).rejects.toMatchObject({
      name: 'SspiError',
      call: 'AcceptSecurityContext',
    });
  });
});
