/** Extended Protection, judged by MIT Kerberos and gss-ntlmssp. */

import { afterEach, describe, expect, test } from '@jest/globals';

import { ChannelBindings } from '../../lib/channel-bindings/channel-bindings.js';
import {
  BRIDGE_PACKAGES,
  openBridgePair,
  type BridgeLogon,
  type BridgePackage,
} from '../instruments/support/bridge.js';
import { closePairs, exchange } from '../instruments/support/handshake.js';
import { endOfTest } from '../instruments/support/scripted.js';

afterEach(async () => {
  await closePairs();
  await endOfTest();
});

const bindings = (text: string) => ChannelBindings.fromBytes(Buffer.from(text));
const RIGHT = bindings(`tls-server-end-point:${'x'.repeat(32)}`);
const WRONG = bindings(`tls-server-end-point:${'y'.repeat(32)}`);

/** The name of the client, or the code of the error. */
async function outcome(packageName: BridgePackage, options: BridgeLogon): Promise<unknown> {
  const pair = await openBridgePair(packageName, options);
  try {
    await exchange(pair);
    return pair.server.identity.name;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe.each(BRIDGE_PACKAGES)('%s', (packageName) => {
  test.each([
    ['always', 'right', RIGHT, 'SSPI\\alice'],
    ['always', 'wrong', WRONG, 'SEC_E_BAD_BINDINGS'],
    ['always', 'no', null, 'SEC_E_BAD_BINDINGS'],
    ['whenSupported', 'right', RIGHT, 'SSPI\\alice'],
    ['whenSupported', 'wrong', WRONG, 'SEC_E_BAD_BINDINGS'],
    ['never', 'right', RIGHT, 'SSPI\\alice'],
    ['never', 'wrong', WRONG, 'SSPI\\alice'],
    ['never', 'no', null, 'SSPI\\alice'],
  ] as const)(
    'with %s, a client that sends %s bindings',
    async (extendedProtection, _, channelBindings, expected) => {
      const server =
        extendedProtection === 'never' ? {} : { extendedProtection, channelBindings: RIGHT };
      const got = await outcome(packageName, { client: { channelBindings }, server });
      expect(got).toBe(expected);
    },
  );
});
