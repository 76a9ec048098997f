/** Tokens of the fake, and what is in them. */

import { fake } from './fake-native.js';

import { SEC_E_UNSUPPORTED_FUNCTION } from '../../../lib/constants/status.js';
import { grantedAttributes } from '../../../lib/context/granted-attributes.js';
import { identityOf, type Identity } from '../../../lib/identity/identity.js';
import type { TokenInformationTuple } from '../../../lib/binding/native-binding.js';
import { adoptToken } from '../../../lib/raw/tokens.js';
import type { TokenHandle } from '../../../lib/raw/token-handle.js';
import { rawContext } from './fake-handles.js';

export const ALICE = 'S-1-5-21-1-2-3-1104';
export const USERS = 'S-1-5-32-545';
export const ADMINISTRATORS = 'S-1-5-32-544';
export const GUESTS = 'S-1-5-32-546';

/** SE_GROUP_ bits of winnt.h, together as they occur. */
export const ENABLED = 0x7;
export const DISABLED = 0;
export const DENY_ONLY = 0x10;
export const INTEGRITY = 0x60;
export const LOGON_ID = 0xc0000007;

export type FakeGroup = readonly [sid: string | undefined, attributes: number];

/** What is in a token, in the order of the addon. */
const ALICES = {
  user: ALICE as string | undefined,
  primary: 0,
  level: 2,
  logonId: 0x1234n,
  elevated: 0,
  elevationType: 1,
  integrity: 0x2000,
  restricted: 0,
  groups: [] as readonly FakeGroup[],
};

/** What the addon says of a token: alice's, but for what a test says. */
export function tokenTuple(changes: Partial<typeof ALICES> = {}): TokenInformationTuple {
  const { user, primary, level, logonId, elevated, elevationType, integrity, restricted, groups } =
    { ...ALICES, ...changes };
  return [
    0,
    user,
    primary,
    level,
    logonId,
    elevated,
    elevationType,
    integrity,
    restricted,
    ...groups.flat(),
  ];
}

/** A handle of a token. */
export function rawToken(): TokenHandle {
  fake.tokenAnswers.push([0]);
  return adoptToken(0x40n);
}

/** What the package says of a client: what is in the token, the name, the attributes of the server. */
export interface FakeClient {
  token?: Parameters<typeof tokenTuple>[0];
  name?: string;
  attr?: number;
}

/** Queues what a server asks for, once it knows that there is a client. */
export function queueClient({ token, name }: FakeClient): void {
  if (token === undefined) {
    fake.tokenAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
  } else {
    fake.tokenAnswers.push([0]);
    fake.informationAnswers.push(tokenTuple(token));
  }
  fake.attributeAnswers.push(name === undefined ? [SEC_E_UNSUPPORTED_FUNCTION] : [0, name]);
}

export function identityOfClient(client: FakeClient): Identity {
  const context = rawContext();
  queueClient(client);
  return identityOf(context, grantedAttributes('server', client.attr ?? 0, context).nullSession);
}
