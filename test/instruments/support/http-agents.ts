/** The agents of node:http and node:https that tests make, and their requests, with the typed fake of the addon. */

import { fake, settle } from './fake-native.js';

import type { Agent, ClientRequest } from 'node:http';

import { expect } from '@jest/globals';

import {
  IntegratedHttpAgent,
  IntegratedHttpsAgent,
  type IntegratedHttpAgentOptions,
} from '../../../lib/http/client/node/integrated-http-agent.js';
import { perConnection } from './http-client.js';
import { lookupLoopback } from './loopback.js';
import { closeServers, serve, type TestServer } from './plain-http-server.js';
import { certificateOf, RSA_PEM } from './tls-fixtures.js';

/** The host in the certificate of `serveTls`. */
export const TLS_HOST = 'tls.sspi.test';
export const TLS_CERTIFICATE = certificateOf(RSA_PEM);

const agents: Agent[] = [];

function destroyedLater<A extends Agent>(agent: A): A {
  agents.push(agent);
  return agent;
}

/** An agent that logs on to the tests' servers. */
export function httpAgentFor(
  options: Partial<IntegratedHttpAgentOptions> = {},
): IntegratedHttpAgent {
  return destroyedLater(new IntegratedHttpAgent({ hosts: ['localhost'], ...options }));
}

/** An agent that logs on to `serveTls`, and finds every host on this machine. */
export function httpsAgentFor(
  options: Partial<IntegratedHttpAgentOptions> = {},
): IntegratedHttpsAgent {
  const connect = { ca: TLS_CERTIFICATE, lookup: lookupLoopback, ...options.connect };
  return destroyedLater(new IntegratedHttpsAgent({ hosts: [TLS_HOST], ...options, connect }));
}

/** A server with TLS that keeps a logon for the connection. */
export function serveTls(): Promise<TestServer> {
  return serve(perConnection(), { tls: { cert: RSA_PEM, key: RSA_PEM } });
}

/** For afterEach: destroys the agents and servers, and checks that nothing is left. */
export async function endAgents(): Promise<void> {
  for (const agent of agents.splice(0)) agent.destroy();
  await closeServers();
  await settle();
  expect(fake.liveCounts()).toEqual([0, 0, 0, 0]);
}

export interface Answer {
  status: number | undefined;
  text: string;
}

/** Ends a request; resolves at the end of its response. */
export function responseTo(request: ClientRequest, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request
      .once('error', reject)
      .once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.once('end', () => {
          resolve({ status: response.statusCode, text });
        });
      })
      .end(body);
  });
}
