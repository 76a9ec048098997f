/** WebSockets, byte by byte (RFC 6455), for tests that need the connection itself. */

import { randomBytes } from 'node:crypto';

import type { WireClient, WireRequest } from './http-wire.js';

/** The request that opens a WebSocket. */
export function webSocketRequest(request: WireRequest = {}): WireRequest {
  return {
    ...request,
    headers: [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', randomBytes(16).toString('base64')],
      ...(request.headers ?? []),
    ],
  };
}

const TEXT = 0x81;
const MASKED = 0x80;

/** A message of less than 126 bytes from a client. */
function textFrame(text: string): Buffer {
  const mask = randomBytes(4);
  const payload = Buffer.from(text).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Buffer.of(TEXT, MASKED | payload.length), mask, payload]);
}

export function sendMessage(client: WireClient, text: string): void {
  client.write(textFrame(text));
}

/** Sends a message and returns the next one that arrives. */
export async function exchangeMessage(client: WireClient, text: string): Promise<string> {
  sendMessage(client, text);
  return nextMessage(client);
}

/** The next message of a server, of less than 64 KiB. */
export async function nextMessage(client: WireClient): Promise<string> {
  const [type, short = 0] = await client.bytes(2);
  if (type !== TEXT) throw new Error(`a frame of another type came: ${String(type)}`);
  const length = short === 126 ? (await client.bytes(2)).readUInt16BE() : short;
  return (await client.bytes(length)).toString();
}
