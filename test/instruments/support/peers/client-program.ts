/** Runs in Windows' node.exe: requests by IntegratedAgent, one after the other, as the test says. */

import { readFileSync } from 'node:fs';

import { request } from 'undici';

import { IntegratedAgent } from '../../../../lib/http/client/undici/integrated-agent.js';
import type { IntegratedClientOptions } from '../../../../lib/http/client/options.js';

export interface ClientInput {
  options: IntegratedClientOptions;
  /** A file with the certificate that is trusted. */
  ca?: string;
  requests: ClientRequest[];
}

export interface ClientRequest {
  url: string;
  /** Sends a body of so many bytes. */
  bytes?: number;
  /** As a stream, which can be sent once. */
  stream?: boolean;
}

export type ClientOutput = { status: number; text: string } | { code: unknown; message: string };

function* parts(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= 50_000) yield Buffer.alloc(Math.min(left, 50_000), 'x');
}

async function send(
  agent: IntegratedAgent,
  { url, bytes, stream }: ClientRequest,
): Promise<ClientOutput> {
  try {
    const body = bytes === undefined ? undefined : stream ? parts(bytes) : 'x'.repeat(bytes);
    const response = await request(url, {
      dispatcher: agent,
      ...(body !== undefined && { method: 'POST', body: body as string }),
    });
    return { status: response.statusCode, text: await response.body.text() };
  } catch (error) {
    return { code: (error as { code?: unknown }).code, message: String(error) };
  }
}

async function main(): Promise<void> {
  const input = JSON.parse(process.env['SECUR32_TEST_CLIENT'] ?? '') as ClientInput;
  const connect = input.ca === undefined ? {} : { ca: readFileSync(input.ca) };
  const agent = new IntegratedAgent({ ...input.options, connect });
  for (const each of input.requests) {
    console.log(`result ${JSON.stringify(await send(agent, each))}`);
  }
  await agent.close();
  console.log('done');
}

void main();
