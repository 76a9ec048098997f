/** The arguments that clients and servers have in common, and how they are checked. */

import { argumentError } from '../core/errors.js';
import { packageKind } from '../core/package-kinds.js';
import { openCredential, type CredentialFacts } from '../raw/handles.js';
import { Credentials } from './credentials.js';
import type { RequirableAttribute, Side } from './granted-attributes.js';
import type { Protection } from './requirements.js';

/** Options that `ClientContext` and `ServerContext` have in common. */
export interface SecurityContextOptions {
  /**
   * How messages must be protected: `'sign'` or `'encrypt'`. Either also requires
   * `replayDetect` and `sequenceDetect`, so that a message that is repeated,
   * lost or reordered is detected. The context asks for it, and the handshake
   * fails with `ERR_SECUR32_REQUIREMENTS_NOT_MET` if not all of it is granted.
   *
   * @defaultValue `'none'`
   */
  protection?: Protection;
  /**
   * Required attributes by name, for instance `['sequenceDetect']`. The context asks for
   * them, and the handshake fails with `ERR_SECUR32_REQUIREMENTS_NOT_MET` if one
   * is not granted.
   *
   * @defaultValue `[]`
   */
  require?: readonly RequirableAttribute[];
  /**
   * The largest token that `step` accepts, in bytes. For CredSSP, whose tokens
   * arrive in pieces, it limits the sum of the pieces that wait; the handshake fails
   * if they exceed it.
   *
   * @defaultValue 65536; 1048576 for CredSSP
   */
  maxTokenBytes?: number;
}

/** The names of `SecurityContextOptions`. */
export const CONTEXT_KINDS = {
  protection: 'optional',
  require: 'optional',
  maxTokenBytes: 'optional',
} as const;

/** TLS is not a logon, and Digest tokens are text. Both need the raw functions. */
function needsRawFunctions(packageName: string): boolean {
  const kind = packageKind(packageName);
  return kind === 'tls' || kind === 'digest';
}

/** Throws unless the credentials can be used on this side. */
export function checkedCredentials(side: Side, credentials: Credentials): CredentialFacts {
  if (!(credentials instanceof Credentials)) {
    throw argumentError('credentials must be an instance of Credentials');
  }
  const use = side === 'client' ? 'outbound' : 'inbound';
  if (credentials.use !== use && credentials.use !== 'both') {
    throw argumentError(`a ${side} needs ${use} credentials; these are ${credentials.use}`);
  }
  if (needsRawFunctions(credentials.package)) {
    throw argumentError(
      `ClientContext and ServerContext do not support ${credentials.package}; use secur32/raw`,
    );
  }
  return openCredential(credentials.handle).facts;
}
