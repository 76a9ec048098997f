/** Schannel's client at the raw level, and a TLS server of Node's for it. */

import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';

import { SECPKG_ATTR_STREAM_SIZES } from '../../../lib/constants/context-attributes.js';
import { SECPKG_CRED_OUTBOUND } from '../../../lib/constants/credentials.js';
import {
  ISC_REQ_ALLOCATE_MEMORY,
  ISC_REQ_CONFIDENTIALITY,
  ISC_REQ_MANUAL_CRED_VALIDATION,
  ISC_REQ_STREAM,
} from '../../../lib/constants/isc-flags.js';
import {
  SECBUFFER_ALERT,
  SECBUFFER_APPLICATION_PROTOCOLS,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
} from '../../../lib/constants/sec-buffers.js';
import { acquireCredentialsHandleSync } from '../../../lib/raw/acquire-credentials-handle.js';
import { queryContextAttributes } from '../../../lib/raw/context-attributes.js';
import type { ContextHandle, CredentialHandle } from '../../../lib/raw/handles.js';
import type { LegResult } from '../../../lib/raw/leg.js';
import {
  decryptMessage,
  encryptMessage,
  type OpenedMessageResult,
  type ProtectedSecBuffer,
} from '../../../lib/raw/messages.js';
import type { InputSecBuffer } from '../../../lib/core/sec-buffer.js';
import { initializeSecurityContext } from '../../../lib/raw/handshake-calls.js';
import { expectNothingLive } from './live-counts.js';
import { present } from './system.js';
import { RSA_PEM } from './tls-fixtures.js';

export const TLS_NAME = 'tls.sspi.test';
const open: { close: () => unknown }[] = [];

/** Closes what was opened. */
export function closeConnections(): void {
  for (const closable of open.splice(0).reverse()) closable.close();
}

/** For afterEach: closes what was opened, and expects that all of it is given back. */
export async function closeSchannel(): Promise<void> {
  closeConnections();
  await expectNothingLive();
}

export function outbound(): CredentialHandle {
  const { credential } = acquireCredentialsHandleSync({
    package: 'Schannel',
    use: SECPKG_CRED_OUTBOUND,
  });
  open.push(credential);
  return credential;
}

export async function clientLeg(
  credential: CredentialHandle,
  context: ContextHandle | undefined,
  input: readonly InputSecBuffer[],
): Promise<LegResult> {
  const result = await initializeSecurityContext({
    credential,
    context,
    targetName: TLS_NAME,
    contextReq: [
      ISC_REQ_STREAM,
      ISC_REQ_CONFIDENTIALITY,
      ISC_REQ_ALLOCATE_MEMORY,
      ISC_REQ_MANUAL_CRED_VALIDATION,
    ],
    input,
    output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT }],
  });
  if (context === undefined && result.context) open.push(result.context);
  return result;
}

/** What came from the server, for a leg. */
export function tokenInput(data: Buffer): InputSecBuffer[] {
  return [{ type: SECBUFFER_TOKEN, data }, { type: SECBUFFER_EMPTY }];
}

/** SEC_APPLICATION_PROTOCOLS with one list, for ALPN. */
export function applicationProtocols(names: readonly string[]): InputSecBuffer {
  const list = Buffer.concat(
    names.map((name) => Buffer.concat([Buffer.of(name.length), Buffer.from(name, 'latin1')])),
  );
  const header = Buffer.alloc(10);
  header.writeUInt32LE(6 + list.length, 0);
  header.writeUInt32LE(2, 4);
  header.writeUInt16LE(list.length, 8);
  return { type: SECBUFFER_APPLICATION_PROTOCOLS, data: Buffer.concat([header, list]) };
}

/** The bytes of a socket, as they come. */
export class Incoming {
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    socket.on('data', (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      this.#wake?.();
    });
    socket.once('close', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  /** All that came, once it is more than `known` bytes. */
  async beyond(known: number): Promise<Buffer> {
    while (this.#bytes.length <= known) {
      if (this.#ended) throw new Error(`the connection ended after ${this.#bytes.length} bytes`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#bytes;
  }

  /** Whole TLS records, exactly that many, which are taken away. */
  async records(count: number): Promise<Buffer> {
    let end = 0;
    for (let i = 0; i < count; ++i) {
      while (this.#bytes.length < end + 5) await this.beyond(this.#bytes.length);
      const next = end + 5 + this.#bytes.readUInt16BE(end + 3);
      while (this.#bytes.length < next) await this.beyond(this.#bytes.length);
      end = next;
    }
    const taken = this.#bytes.subarray(0, end);
    this.keep(this.#bytes.subarray(end));
    return taken;
  }

  keep(bytes: Buffer): void {
    this.#bytes = bytes;
  }
}

export interface TlsConnection {
  credential: CredentialHandle;
  context: ContextHandle;
  socket: Socket;
  incoming: Incoming;
  /** The server's side, of Node. */
  peer: TLSSocket;
}

export interface TlsConnectionOptions {
  pem?: string;
  /** What the client offers by ALPN; the server takes h2. */
  protocols?: readonly string[];
}

async function tlsServer(pem: string): Promise<Server> {
  const server = createServer({
    key: pem,
    cert: pem,
    maxVersion: 'TLSv1.2',
    ALPNProtocols: ['h2'],
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  return server;
}

/** A connection after its handshake. */
export async function openTls(options: TlsConnectionOptions = {}): Promise<TlsConnection> {
  const server = await tlsServer(options.pem ?? RSA_PEM);
  const connected = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  open.push({ close: () => socket.destroy() });
  const incoming = new Incoming(socket);
  const credential = outbound();
  const first = options.protocols ? [applicationProtocols(options.protocols)] : [];
  let leg = await clientLeg(credential, undefined, first);
  const context = present(leg.context);
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const answer = leg.output[0]?.data;
    if (answer && answer.length > 0) socket.write(answer);
    if (leg.statusName === 'SEC_E_OK') break;
    const wantsMore = leg.statusName === 'SEC_E_INCOMPLETE_MESSAGE' || rest.length === 0;
    rest = Buffer.from(await incoming.beyond(wantsMore ? rest.length : 0));
    leg = await clientLeg(credential, context, tokenInput(rest));
    if (leg.statusName === 'SEC_E_INCOMPLETE_MESSAGE') continue;
    rest = leg.input.find(({ type }) => type === SECBUFFER_EXTRA)?.data ?? Buffer.alloc(0);
    incoming.keep(rest);
  }
  const [peer] = await connected;
  open.push({ close: () => peer.destroy() });
  return { credential, context, socket, incoming, peer };
}

/** One record, as it is to be sent. */
export function encryptRecord(context: ContextHandle, text: string): Buffer {
  const sizes = queryContextAttributes(context, SECPKG_ATTR_STREAM_SIZES);
  const { message } = encryptMessage(context, {
    message: [
      { type: SECBUFFER_STREAM_HEADER, size: sizes.header },
      { type: SECBUFFER_DATA, data: Buffer.from(text, 'utf8') },
      { type: SECBUFFER_STREAM_TRAILER, size: sizes.trailer },
      { type: SECBUFFER_EMPTY },
    ],
  });
  return Buffer.concat(message.flatMap(({ data }) => data ?? []));
}

/** What came, to be decrypted. */
export function decryptRecord(
  context: ContextHandle,
  data: Buffer,
  inPlace = false,
): OpenedMessageResult {
  return decryptMessage(context, {
    message: [
      { type: SECBUFFER_DATA, data },
      { type: SECBUFFER_EMPTY },
      { type: SECBUFFER_EMPTY },
      { type: SECBUFFER_EMPTY },
    ],
    inPlace,
  });
}

/** The bytes of the buffer of a type; undefined where there is none. */
export function partOf(buffers: readonly ProtectedSecBuffer[], type: number): Buffer | undefined {
  return buffers.find((buffer) => buffer.type === type)?.data;
}
