/** The channel bindings of a server's connection: of the certificate that it showed this client. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { ChannelBindings } from '../../../channel-bindings/channel-bindings.js';

/** By the bytes of the certificate, of which a server has a few. */
const known = new Map<string, ChannelBindings | undefined>();
const MOST_KNOWN = 100;

export function isTls(socket: Socket): socket is TLSSocket {
  return socket instanceof TLSSocket;
}

/**
 * undefined where RFC 5929 defines none for the certificate (Ed25519, say). The
 * certificate is the one of this connection: servers have several (SNI), and
 * change them while they run.
 */
export function bindingsOf(socket: TLSSocket): ChannelBindings | undefined {
  const certificate = socket.getCertificate();
  const der = certificate !== null && 'raw' in certificate ? certificate.raw : undefined;
  if (!(der instanceof Uint8Array)) return undefined;
  const key = Buffer.from(der).toString('base64');
  if (!known.has(key)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, ChannelBindings.fromCertificate(der));
  }
  return known.get(key);
}
