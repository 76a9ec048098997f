import { afterEach, describe, expect, test } from '@jest/globals';

import type { ClientContext } from '../../lib/context/client-context.js';
import { SspiError } from '../../lib/core/errors.js';
import type { ServerContext } from '../../lib/context/server-context.js';
import { closePairs, openPair, type PairOptions } from '../instruments/support/handshake.js';
import { testWithAccount, testWithDomain } from '../instruments/support/skip.js';
import { alice, domain, present } from '../instruments/support/system.js';

afterEach(closePairs);

/** A small generator with a fixed seed: the same garbage in every run. */
function garbage(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

/** What a peer could send in place of a token. */
function spoiled(token: Buffer): [name: string, bytes: Buffer][] {
  const flipped = Buffer.from(token);
  flipped.writeUInt8(flipped.readUInt8(token.length >> 1) ^ 0xff, token.length >> 1);
  const lengths = Buffer.from(token);
  // Offsets and lengths of NTLM stand here; in Kerberos it is the outer length.
  lengths.fill(0xff, 12, Math.min(40, token.length));
  return [
    ['nothing', Buffer.alloc(0)],
    ['one byte', token.subarray(0, 1)],
    ['the first eight bytes', token.subarray(0, 8)],
    ['the first half', token.subarray(0, token.length >> 1)],
    ['all but the last byte', token.subarray(0, -1)],
    ['a flipped byte', flipped],
    ['mad lengths', lengths],
    ['zeros', Buffer.alloc(token.length)],
    ['garbage', garbage(token.length, token.length)],
    ['long garbage', garbage(7, 60_000)],
    ['the token twice', Buffer.concat([token, token])],
  ];
}

/**
 * Replays a logon up to message number `message`, and gives its receiver
 * something else instead.
 */
async function spoil(options: PairOptions, message: number, kind: number): Promise<Outcome> {
  const { client, server } = await openPair(options);
  let token = present((await client.step()).token);
  for (let sent = 0; sent < message; sent++) {
    const sender = sent % 2 === 0 ? server : client;
    token = present((await sender.step(token)).token);
  }
  const receiver = message % 2 === 0 ? server : client;
  const [, bytes] = present(spoiled(token)[kind]);
  const error = await receiver.step(bytes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, receiver };
}

interface Outcome {
  error: unknown;
  receiver: ClientContext | ServerContext;
}

/** What is left of the token in these says something, and may be enough to log on. */
const MAY_BE_ENOUGH = ['all but the last byte', 'a flipped byte', 'mad lengths', 'the token twice'];

/** Refused by the package, with the context deleted; or taken, but nobody is logged on by garbage. */
function expectRefusedOrHarmless(name: string, { error, receiver }: Outcome): void {
  if (!MAY_BE_ENOUGH.includes(name)) expect(receiver.established).toBe(false);
  if (error === undefined) {
    expect(receiver.closed).toBe(false);
    return;
  }
  expect(error).toBeInstanceOf(SspiError);
  expect(receiver.established).toBe(false);
  expect(receiver.handle?.closed ?? true).toBe(true);
}

const KINDS = spoiled(Buffer.alloc(64)).map(([name], index) => [name, index] as const);

describe.each(KINDS)('%s', (name, kind) => {
  describe.each([
    ["in place of NTLM's first message", 0],
    ["in place of NTLM's challenge", 1],
    ["in place of NTLM's authentication", 2],
  ])('%s', (_title, message) => {
    testWithAccount('ends in an answer or an error of the package', async () => {
      const options = { package: 'NTLM', authIdentity: present(alice) };
      expectRefusedOrHarmless(name, await spoil(options, message, kind));
    });
  });

  describe.each([
    ["in place of Kerberos's ticket", 0],
    ["in place of Kerberos's answer", 1],
  ])('%s', (_title, message) => {
    testWithDomain('ends in an answer or an error of the package', async () => {
      const client = { targetName: present(domain).spn, mutualAuth: true };
      expectRefusedOrHarmless(name, await spoil({ package: 'Kerberos', client }, message, kind));
    });
  });
});

test('a token above the limit is refused before the package sees it, and the context lives', async () => {
  const { server } = await openPair({ package: 'NTLM', server: { maxTokenBytes: 1000 } });
  await expect(server.step(Buffer.alloc(1001))).rejects.toMatchObject({
    code: 'ERR_SECUR32_TOKEN_TOO_LARGE',
  });
  await expect(server.step(Buffer.alloc(1000))).rejects.toBeInstanceOf(SspiError);
});

test('the limit is 64 KiB by default', async () => {
  const { server } = await openPair({ package: 'NTLM' });
  await expect(server.step(Buffer.alloc(64 * 1024 + 1))).rejects.toMatchObject({
    code: 'ERR_SECUR32_TOKEN_TOO_LARGE',
  });
});
