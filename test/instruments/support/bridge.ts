/** Logons by the packages that hand every call to MIT Kerberos and Samba (test/instruments/ssp/bridge). */

import type { ClientContextOptions } from '../../../lib/context/client-context.js';
import type { CredentialsOptions } from '../../../lib/context/credentials.js';
import type { ServerContextOptions } from '../../../lib/context/server-context.js';
import { openPair, type Pair } from './handshake.js';
import { domain, present } from './system.js';

export const BRIDGE_PACKAGES = ['MitKerberos', 'MitNegotiate', 'MitNTLM'] as const;
export type BridgePackage = (typeof BRIDGE_PACKAGES)[number];

/** The packages that need a ticket for the service. */
export const WITH_TICKETS = ['MitKerberos', 'MitNegotiate'] as const;

export interface BridgeLogon {
  authIdentity?: CredentialsOptions['authIdentity'];
  client?: ClientContextOptions;
  server?: ServerContextOptions;
}

/** Both sides, before their first step: by default the user of the session, at the session's service. */
export function openBridgePair(
  packageName: BridgePackage,
  { client, ...options }: BridgeLogon = {},
): Promise<Pair> {
  const targetName = present(domain).spn;
  return openPair({ package: packageName, ...options, client: { targetName, ...client } });
}
