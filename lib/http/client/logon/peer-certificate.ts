/** What the server's certificate means for a logon: its channel bindings, and whether it was accepted. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import { ChannelBindings } from '../../../channel-bindings/channel-bindings.js';
import { codedError } from '../../../core/errors.js';

/**
 * The channel bindings of a connection; null without TLS.
 *
 * @throws Error `ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED` if RFC 5929 defines
 * none for the certificate. A logon without them could be relayed by anyone who
 * has such a certificate.
 */
export function channelBindingsOfPeer(socket: Socket): ChannelBindings | null {
  if (!(socket instanceof TLSSocket)) return null;
  const { raw } = socket.getPeerCertificate();
  const bindings = raw instanceof Uint8Array ? ChannelBindings.fromCertificate(raw) : undefined;
  if (bindings !== undefined) return bindings;
  throw codedError(
    'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
    "the server's certificate does not support channel bindings (RFC 5929); sendChannelBindings: false logs on without them",
  );
}

/**
 * For logons without channel bindings (`sendChannelBindings: false`). A TLS peer
 * whose certificate was not accepted (`rejectUnauthorized: false`) could relay
 * such a logon.
 *
 * @throws Error `ERR_SECUR32_SERVER_NOT_PROVEN`
 */
export function requireAcceptedCertificate(socket: Socket): void {
  if (!(socket instanceof TLSSocket) || socket.authorized) return;
  throw codedError(
    'ERR_SECUR32_SERVER_NOT_PROVEN',
    "the server's certificate was not accepted (rejectUnauthorized: false), and sendChannelBindings: false omits what would tie the logon to it",
  );
}
