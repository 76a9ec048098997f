/** The undici agents that tests make, and their requests, with the typed fake of the addon. */

import { fake, type LegAnswer } from './fake-native.js';

import { request, type Dispatcher } from 'undici';

import { SEC_I_CONTINUE_NEEDED } from '../../../lib/constants/status.js';
import { IntegratedAgent } from '../../../lib/http/client/undici/integrated-agent.js';
import {
  integratedFetch,
  type IntegratedFetch,
} from '../../../lib/http/client/undici/integrated-fetch.js';
import type { IntegratedClientOptions } from '../../../lib/http/client/options.js';
import { tokenIn, withToken, type Respond, type TestServer } from './plain-http-server.js';

const agents: IntegratedAgent[] = [];

/** For afterEach: destroys the agents. */
export async function destroyAgents(): Promise<void> {
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
}

/** An agent that logs on to the tests' servers. */
export function agentFor(options: Partial<IntegratedClientOptions> = {}): IntegratedAgent {
  const agent = new IntegratedAgent({ hosts: ['localhost'], ...options });
  agents.push(agent);
  return agent;
}

/** A `fetch` that logs on to the tests' servers. */
export function fetchFor(options: Partial<IntegratedClientOptions> = {}): IntegratedFetch {
  const made = integratedFetch({ hosts: ['localhost'], ...options });
  agents.push(made.agent);
  return made;
}

export interface Got {
  status: number;
  text: string;
  headers: Record<string, unknown>;
}

/** Sends a request; resolves at the end of its response. */
export async function get(
  url: string,
  dispatcher: IntegratedAgent,
  options: Partial<Dispatcher.DispatchOptions> & { signal?: AbortSignal } = {},
): Promise<Got> {
  const { statusCode, headers, body } = await request(url, { dispatcher, ...options });
  return { status: statusCode, text: await body.text(), headers };
}

/** A leg of the client after which the handshake continues. */
export const going = (token: string): LegAnswer => ({
  status: SEC_I_CONTINUE_NEEDED,
  output: [token],
});
/** The client's last leg. */
export const last = (token?: string, attr = 0): LegAnswer => ({ output: [token], attr });

export const NTLM_1 = 'NTLMSSP\0\x01\0\0\0 first';
export const NTLM_3 = 'NTLMSSP\0\x03\0\0\0 third';
/** The legs of an NTLM client. */
export const ntlmLegs = (): LegAnswer[] => [going(NTLM_1), last(NTLM_3)];

/** Makes every logon of this test use NTLM. */
export function alwaysNtlm(): void {
  fake.legAnswers.shift = () =>
    fake.legs.at(-1)?.context === undefined ? going(NTLM_1) : last(NTLM_3);
}

/** Makes every logon of this test send a ticket. */
export function alwaysTicket(): void {
  fake.legAnswers.shift = () => last('ticket');
}

/** [token or undefined, number of the connection] of each request. */
export function tokens({ seen }: TestServer): (readonly [string | undefined, number])[] {
  return seen.map(({ headers, connection }) => [tokenIn(headers.authorization), connection]);
}

/** Responds like a server that requires a token with each request. */
export function perRequest(ticket: string, headers: Record<string, string> = {}): Respond {
  return (seen, response) => {
    if (tokenIn(seen.headers.authorization) === ticket) {
      response.writeHead(200, headers).end(`${seen.method} ${seen.body}`);
    } else {
      response.writeHead(401, { 'www-authenticate': 'Negotiate' }).end('log on');
    }
  };
}

/** Responds like a server of NTLM: the connection is logged on after the third message. */
export function perConnection(scheme = 'Negotiate', headers: Record<string, string> = {}): Respond {
  const loggedOn = new Set<number>();
  return (seen, response) => {
    const token = tokenIn(seen.headers.authorization);
    if (token === NTLM_3) loggedOn.add(seen.connection);
    if (loggedOn.has(seen.connection)) {
      response.writeHead(200, headers).end(`${seen.method} ${seen.body}`);
      return;
    }
    const challenge = token === NTLM_1 ? withToken(scheme, 'second') : scheme;
    response.writeHead(401, { 'www-authenticate': challenge }).end('log on');
  };
}

/** The server's tokens that the client's legs got. */
export function serverTokens(): (string | undefined)[] {
  return fake.legs.map(({ input }) => input[0]?.[1]);
}
