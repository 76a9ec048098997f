/** Messages that MIT Kerberos and gss-ntlmssp protect and check. */

import { afterEach, describe, expect, test } from '@jest/globals';

import {
  BRIDGE_PACKAGES,
  openBridgePair,
  type BridgePackage,
} from '../instruments/support/bridge.js';
import { closePairs, exchange, type Pair } from '../instruments/support/handshake.js';
import { endOfTest } from '../instruments/support/scripted.js';

afterEach(async () => {
  await closePairs();
  await endOfTest();
});

const MESSAGES = ['', 'a', 'Ünïcode', 'x'.repeat(1_000), 'y'.repeat(70_000)].map((text) =>
  Buffer.from(text),
);
/** gss-ntlmssp protects no empty ones. */
const messagesOf = (packageName: BridgePackage) =>
  packageName === 'MitNTLM' ? MESSAGES.slice(1) : MESSAGES;
const REFUSALS = /^SEC_E_(MESSAGE_ALTERED|OUT_OF_SEQUENCE|INVALID_TOKEN)$/;
const refused = (): unknown =>
  expect.objectContaining({ code: expect.stringMatching(REFUSALS) as unknown });

async function logOn(packageName: BridgePackage, protection: 'sign' | 'encrypt'): Promise<Pair> {
  const pair = await openBridgePair(packageName, {
    client: { protection },
    server: { protection },
  });
  await exchange(pair);
  return pair;
}

describe.each(BRIDGE_PACKAGES)('%s', (packageName) => {
  test('encrypts both ways', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    for (const message of messagesOf(packageName)) {
      const there = client.wrap(message);
      if (message.length > 10) expect(there.includes(message)).toBe(false);
      expect(server.unwrap(there)).toEqual(message);
      expect(client.unwrap(server.wrap(message))).toEqual(message);
    }
  });

  test('signs both ways', async () => {
    const { client, server } = await logOn(packageName, 'sign');
    for (const message of messagesOf(packageName)) {
      server.verify(message, client.sign(message));
      client.verify(message, server.sign(message));
    }
  });

  test.each(['encrypt', 'sign'] as const)('finds what was altered (%s)', async (protection) => {
    const { client, server } = await logOn(packageName, protection);
    const message = Buffer.from('a message of some length');
    const sent = protection === 'encrypt' ? client.wrap(message) : client.sign(message);
    const altered = Buffer.from(sent);
    altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
    const receive = () => {
      if (protection === 'encrypt') server.unwrap(altered);
      else server.verify(message, altered);
    };
    expect(receive).toThrow(refused());
  });

  test('finds what comes twice, and what comes before another', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    const first = client.wrap(Buffer.from('first'));
    expect(server.unwrap(first)).toEqual(Buffer.from('first'));
    expect(() => server.unwrap(first)).toThrow(refused());
    const second = await logOn(packageName, 'encrypt');
    second.client.wrap(Buffer.from('is lost'));
    const late = second.client.wrap(Buffer.from('late'));
    expect(() => second.server.unwrap(late)).toThrow(refused());
  });

  test('has one session key on both sides', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    expect(client.sessionKey?.length).toBeGreaterThanOrEqual(16);
    expect(server.sessionKey).toEqual(client.sessionKey);
  });
});
