/** Logons of our client at the NTLM server of test/instruments/ntlm-server. */

import { ClientContext, type ClientContextOptions } from '../../../lib/context/client-context.js';
import { Credentials } from '../../../lib/context/credentials.js';
import type { Logon } from '../ntlm-server/logon.js';
import type { Account } from '../ntlm-server/ntlmv2.js';
import { NtlmServer, type NtlmServerOptions } from '../ntlm-server/server.js';
import { expectNothingLive } from './live-counts.js';
import { present, wine } from './system.js';

/** No name of a machine that takes part in the tests. */
export const SERVER_NAMES = {
  nbComputerName: 'DELPHI',
  nbDomainName: 'ORACLE',
  dnsComputerName: 'delphi.oracle.test',
  dnsDomainName: 'oracle.test',
};

/** An account that only the server knows: a client is not asked whether it exists. */
export const pythia: Account = { user: 'Pythia', domain: 'ORACLE', password: 'Pässword-名😀' };

/**
 * What clients are free to do. Wine has NTLM's messages made by Samba's
 * `ntlm_auth`, and hands it neither the target name nor the name of the machine.
 * (It writes domains in capitals, too, which means the same.)
 */
export const clientHabits =
  wine === undefined
    ? {
        workstation: process.env['COMPUTERNAME'] ?? '',
        tellsTargetName: true,
        /** With which protection it announces an integrity code. */
        announcesMic: ['none', 'sign', 'encrypt'],
      }
    : {
        workstation: '',
        tellsTargetName: false,
        // The code is there with 'none', too, and right.
        announcesMic: ['sign', 'encrypt'],
      };

const open: { close: () => void }[] = [];

/** For afterEach: closes the clients, and expects that all of it is given back. */
export async function closeClients(): Promise<void> {
  for (const closable of open.splice(0).reverse()) closable.close();
  await expectNothingLive();
}

export interface ServerLogonOptions {
  /** Whom the client says it is. */
  account?: Account;
  client?: ClientContextOptions;
  /** What the server has otherwise than usual. */
  server?: Partial<NtlmServerOptions>;
  /** What becomes of a challenge on its way. */
  onTheWay?: (challenge: Buffer) => Buffer;
}

/** A logon but for the server's last word. */
export interface Pending {
  client: ClientContext;
  server: NtlmServer;
  negotiate: Buffer;
  challenge: Buffer;
  authenticate: Buffer;
}

/** The messages of a logon, of which the server has not seen the last. */
export async function beginLogon(options: ServerLogonOptions = {}): Promise<Pending> {
  const { account = pythia, onTheWay } = options;
  const server = new NtlmServer({ accounts: [account], names: SERVER_NAMES, ...options.server });
  const credentials = await Credentials.acquire({
    package: 'NTLM',
    use: 'outbound',
    authIdentity: account,
  });
  open.push(credentials);
  const client = new ClientContext(credentials, options.client);
  open.push(client);
  const negotiate = present((await client.step()).token);
  const challenge = server.challenge(negotiate);
  const last = await client.step(onTheWay === undefined ? challenge : onTheWay(challenge));
  return { client, server, negotiate, challenge, authenticate: present(last.token) };
}

/** A whole logon. */
export async function logOnToServer(
  options: ServerLogonOptions = {},
): Promise<Pending & { logon: Logon }> {
  const pending = await beginLogon(options);
  return { ...pending, logon: pending.server.authenticate(pending.authenticate) };
}
