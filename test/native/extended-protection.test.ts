/** Channel bindings and target names, with the packages of the system. */

import { hostname } from 'node:os';

import { afterEach, describe, expect } from '@jest/globals';

import { ChannelBindings } from '../../lib/channel-bindings/channel-bindings.js';
import {
  SEC_CHANNEL_BINDINGS_RESULT_NOTVALID_MISMATCH,
  SEC_CHANNEL_BINDINGS_RESULT_VALID_MATCHED,
} from '../../lib/constants/channel-bindings.js';
import type { ServerContextOptions } from '../../lib/context/server-context.js';
import { closePairs, exchange, openPair, type Pair } from '../instruments/support/handshake.js';
import { testOnWindowsWithAccount, testOnWine } from '../instruments/support/skip.js';
import { alice, domain } from '../instruments/support/system.js';

afterEach(closePairs);

const bindings = ChannelBindings.fromBytes(Buffer.from('tls-server-end-point:of the server'));
const others = ChannelBindings.fromBytes(Buffer.from('tls-server-end-point:of somebody else'));
/** The service that the client asks for. */
// The machine's own name: Windows refuses NTLM logons from the same machine under any other.
const targetName = domain?.spn ?? `HTTP/${hostname()}`;

function pair(
  server: ServerContextOptions,
  channelBindings: ChannelBindings | null,
): Promise<Pair> {
  return openPair({
    package: 'NTLM',
    ...(alice && { authIdentity: alice }),
    client: { targetName, channelBindings },
    server,
  });
}

describe('on Wine, whose packages ignore channel bindings', () => {
  const unsupported = { code: 'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED' };

  testOnWine('neither side begins with bindings that nobody would look at', async () => {
    const client = await pair({}, bindings);
    await expect(client.client.step()).rejects.toMatchObject(unsupported);
    const server = await pair({ channelBindings: bindings }, null);
    const { token } = await server.client.step();
    await expect(server.server.step(token ?? Buffer.alloc(0))).rejects.toMatchObject(unsupported);
  });

  testOnWine("'audit' is refused where the server is made", async () => {
    const options = { channelBindings: bindings, extendedProtection: 'audit' } as const;
    await expect(pair(options, null)).rejects.toMatchObject(unsupported);
  });

  testOnWine(
    'a server with targetNames lets nobody in, for nobody says whom it asks for',
    async () => {
      const { client, server } = await pair({ targetNames: [targetName] }, null);
      await expect(exchange({ client, server })).rejects.toMatchObject({
        code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
      });
      expect(server.established).toBe(false);
    },
  );
});

describe('on Windows', () => {
  testOnWindowsWithAccount('a server lets in who has its bindings', async () => {
    const both = await pair({ channelBindings: bindings }, bindings);
    await exchange(both);
    expect(both.server.established).toBe(true);
  });

  testOnWindowsWithAccount('a server refuses other bindings, and none', async () => {
    for (const wrong of [others, null]) {
      const both = await pair({ channelBindings: bindings }, wrong);
      await expect(exchange(both)).rejects.toMatchObject({ code: 'SEC_E_BAD_BINDINGS' });
      expect(both.server.established).toBe(false);
    }
  });

  testOnWindowsWithAccount("'whenSupported' refuses other bindings", async () => {
    const options = { channelBindings: bindings, extendedProtection: 'whenSupported' } as const;
    const both = await pair(options, others);
    await expect(exchange(both)).rejects.toMatchObject({ code: 'SEC_E_BAD_BINDINGS' });
  });

  testOnWindowsWithAccount('a server lets in who asks for it by one of its names', async () => {
    const both = await pair({ targetNames: ['HOST/other', targetName] }, null);
    await exchange(both);
    expect(both.server.established).toBe(true);
  });

  testOnWindowsWithAccount('a server refuses who asks for another service', async () => {
    const both = await pair({ targetNames: [`HTTP/another.${hostname()}`] }, null);
    await expect(exchange(both)).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
    });
  });

  testOnWindowsWithAccount("'audit' says what the comparison came to, and lets in", async () => {
    const audit = { channelBindings: bindings, extendedProtection: 'audit' } as const;
    for (const [sent, bit] of [
      [bindings, SEC_CHANNEL_BINDINGS_RESULT_VALID_MATCHED],
      [others, SEC_CHANNEL_BINDINGS_RESULT_NOTVALID_MISMATCH],
    ] as const) {
      const both = await pair(audit, sent);
      await exchange(both);
      expect((both.server.channelBindingsResult ?? 0) & bit).toBe(bit);
    }
  });
});
