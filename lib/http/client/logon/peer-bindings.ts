/** The channel bindings of a client's connection: of the certificate that the server showed it. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { ChannelBindings } from '../../../channel-bindings/channel-bindings.js';
import { codedError } from '../../../core/errors.js';

/**
 * null for a connection without TLS.
 *
 * @throws Error `ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED` where RFC 5929
 * defines none for the certificate: a logon that goes without them could be
 * passed on by whoever has such a certificate.
 */
export function bindingsOfPeer(socket: Socket): ChannelBindings | null {
  if (!(socket instanceof TLSSocket)) return null;
  const { raw } = socket.getPeerCertificate();
  const bindings = raw instanceof Uint8Array ? ChannelBindings.fromCertificate(raw) : undefined;
  if (bindings !== undefined) return bindings;
  throw codedError(
    'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
    "the server's certificate has no channel bindings (RFC 5929); channelBindings: false logs on without",
  );
}

/**
 * Refuses a connection with TLS whose certificate was not accepted and that has no
 * channel bindings either (`rejectUnauthorized: false` and `channelBindings:
 * false`): whatever is at its other end could pass the logon on.
 *
 * @throws Error `ERR_SECUR32_SERVER_NOT_PROVEN`
 */
export function refuseUnknownPeer(socket: Socket): void {
  if (!(socket instanceof TLSSocket) || socket.authorized) return;
  throw codedError(
    'ERR_SECUR32_SERVER_NOT_PROVEN',
    'the certificate of the server was not accepted (rejectUnauthorized: false), and channelBindings: false leaves out what ties the logon to it',
  );
}
