/** One address with all the logons that it may have: a flood, or all clients of a load balancer. */

import { fake } from '../../../instruments/support/fake-native.js';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { IntegratedAuthOptions } from '../../../../lib/http/server/options.js';
import { CONTINUE, ntlmNegotiate } from '../../../instruments/support/fake-logons.js';
import {
  closeServers,
  reasons,
  serve,
  type TestServer,
} from '../../../instruments/support/http-server.js';
import { closeWires, WireClient } from '../../../instruments/support/http-wire.js';

let warn: jest.Spied<typeof process.emitWarning>;

beforeEach(() => {
  warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
});

afterEach(async () => {
  await closeWires();
  await closeServers();
  warn.mockRestore();
  expect(fake.open).toEqual({ credential: 0, context: 0, token: 0 });
});

const WARNING =
  '2 logons are under way from one address, and another one was refused (limits.handshakesPerAddress). ' +
  'If a load balancer in front passes TCP through, all of its clients share its address: raise ' +
  'limits.handshakesPerAddress to limits.handshakes';

const serveWith = (limits: IntegratedAuthOptions['limits'], more?: IntegratedAuthOptions) =>
  serve({ schemes: ['NTLM'], limits: limits ?? {}, ...more });

/** The statuses of logons that begin, each on a connection of its own, and do not go on. */
async function begin({ port }: TestServer, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) {
    fake.legAnswers.push(CONTINUE);
    const client = await WireClient.connect(port);
    const { status } = await client.request({ scheme: 'NTLM', token: ntlmNegotiate() });
    statuses.push(status);
    if (status === 503) fake.legAnswers.pop();
  }
  return statuses;
}

describe('an address with too many logons', () => {
  test('is told of once, to the log and as a warning of the process (S10)', async () => {
    const server = await serveWith({ handshakes: 10, handshakesPerAddress: 2 });
    expect(await begin(server, 2)).toEqual([401, 401]);
    expect(reasons(server, 'warning')).toEqual([]);
    expect(await begin(server, 3)).toEqual([503, 503, 503]);
    expect(reasons(server, 'warning')).toEqual([WARNING]);
    expect(warn.mock.calls).toEqual([[WARNING, { code: 'SECUR32_HTTP_ADDRESS_LIMIT' }]]);
    expect(reasons(server, 'rejection')).toEqual(
      Array<string>(3).fill(
        'too many logons are under way from this address (limits.handshakesPerAddress)',
      ),
    );
  });

  test('is not one where all addresses together have too many (S10)', async () => {
    const server = await serveWith({ handshakes: 2, handshakesPerAddress: 2 });
    expect(await begin(server, 3)).toEqual([401, 401, 503]);
    expect(reasons(server, 'warning')).toEqual([]);
    expect(reasons(server, 'rejection')).toEqual([
      'too many logons are under way (limits.handshakes)',
    ]);
  });

  test('is not one behind a proxy that pins (S10)', async () => {
    const server = await serveWith(
      { handshakes: 10, handshakesPerAddress: 2 },
      { reverseProxy: 'pinned' },
    );
    expect(await begin(server, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(warn).not.toHaveBeenCalled();
  });
});
