import { md5 } from './hashes.js';

/** Two addresses that NTLM does not use: each a type and a length, both zero. */
const NO_ADDRESSES = Buffer.alloc(16);

/**
 * What MsvAvChannelBindings holds: the MD5 of gss_channel_bindings_struct
 * (RFC 2744) with this application data, for TLS `tls-server-end-point:` and a
 * hash of the certificate (RFC 5929).
 */
export function channelBindingsHash(applicationData: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(applicationData.length);
  return md5(NO_ADDRESSES, length, applicationData);
}

/** What a client sends that was given no bindings. */
export const NO_CHANNEL_BINDINGS = Buffer.alloc(16);
