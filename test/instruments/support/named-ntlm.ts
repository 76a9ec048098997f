/** What the tests of the security package `NamedNTLM` (test/instruments/ssp/named-ntlm) share. */

import { expect } from '@jest/globals';

import { SECPKG_ATTR_NAMES } from '../../../lib/constants/context-attributes.js';
import { queryContextAttributes } from '../../../lib/raw/context-attributes.js';
import type { ContextHandle } from '../../../lib/raw/handles.js';
import type { ServerContext } from '../../../lib/context/server-context.js';
import { openPair, type Pair } from './handshake.js';
import { present, type Account } from './system.js';

export const NAMED_NTLM = 'NamedNTLM';

export const nameOf = ({ domain, user }: Account): string => `${domain}\\${user}`;

export const openFor = (authIdentity: Account): Promise<Pair> =>
  openPair({ package: NAMED_NTLM, authIdentity });

export function clientName(context: ContextHandle): string | undefined {
  return queryContextAttributes(context, SECPKG_ATTR_NAMES);
}

export const clientOf = ({ handle }: ServerContext): string | undefined =>
  clientName(present(handle));

/** A logon but for its last step: the message that is left. */
export async function lastMessage({ client, server }: Pair): Promise<Buffer> {
  const first = await client.step();
  const second = await server.step(present(first.token));
  return present((await client.step(present(second.token))).token);
}

/** Whom the server names after the last step; undefined for nobody. */
export async function outcome(server: ServerContext, message: Buffer): Promise<string | undefined> {
  try {
    await server.step(message);
  } catch (error) {
    expect(error).toMatchObject({ call: 'AcceptSecurityContext', token: undefined });
    expect(() => clientOf(server)).toThrow();
    return undefined;
  }
  try {
    return clientOf(server);
  } catch (error) {
    expect(error).toMatchObject({ code: 'SEC_E_UNSUPPORTED_FUNCTION' });
    return undefined;
  }
}

/** Numbers from 0 to 1, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
