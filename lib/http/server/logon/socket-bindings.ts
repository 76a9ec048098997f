/** The channel bindings of a server's connection: those of the certificate that the server sent on it. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { ChannelBindings } from '../../../channel-bindings/channel-bindings.js';

/** Keyed by the bytes of the certificate; a server has only a few. */
const known = new Map<string, ChannelBindings | undefined>();
const MOST_KNOWN = 100;

export function isTls(socket: Socket): socket is TLSSocket {
  return socket instanceof TLSSocket;
}

/**
 * undefined if RFC 5929 defines no bindings for the certificate (Ed25519, for
 * example). The certificate is read from the connection: a server can have
 * several (SNI), and replace them while it runs.
 */
export function getChannelBindings(socket: TLSSocket): ChannelBindings | undefined {
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
