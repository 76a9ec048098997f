/** Handles and contexts of the fake, and what tests say of the errors that they get. */

import { fake, type AcquireAnswer, type LegAnswer } from './fake-native.js';

import { expect } from '@jest/globals';

import { SECPKG_CRED_BOTH } from '../../../lib/constants/credentials.js';
import { SECBUFFER_TOKEN } from '../../../lib/constants/sec-buffers.js';
import { Credentials, type CredentialsOptions } from '../../../lib/context/credentials.js';
import { acquireCredentialsHandleSync } from '../../../lib/raw/acquire-credentials-handle.js';
import type { ContextHandle, CredentialHandle } from '../../../lib/raw/handles.js';
import type { InputSecBuffer } from '../../../lib/core/sec-buffer.js';
import { acceptSecurityContextSync } from '../../../lib/raw/handshake-calls.js';
import { ServerContext, type ServerContextOptions } from '../../../lib/context/server-context.js';
import type { Secur32ErrorCode } from '../../../lib/core/errors.js';

export const bytes = (text: string): Buffer => Buffer.from(text);

export const tokenBuffer = (text: string): InputSecBuffer => ({
  type: SECBUFFER_TOKEN,
  data: bytes(text),
});

/** Matches an error of this package that is no failure of SSPI. */
export const coded = (code: Secur32ErrorCode): unknown => expect.objectContaining({ code });

/** Matches the TypeError for a wrong argument. @param message a pattern */
export function argumentError(message: string | RegExp = ''): unknown {
  return expect.objectContaining({
    constructor: TypeError,
    code: 'ERR_SECUR32_INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });
}

/** Matches the TypeError for a wrong argument by its whole message. */
export function exactArgumentError(message: string): unknown {
  return expect.objectContaining({
    constructor: TypeError,
    code: 'ERR_SECUR32_INVALID_ARGUMENT',
    message,
  });
}

/** A credential of the raw level. */
export function rawCredential(answer: AcquireAnswer = {}, packageName = 'NTLM'): CredentialHandle {
  fake.acquireAnswers.push(answer);
  return acquireCredentialsHandleSync({ package: packageName, use: SECPKG_CRED_BOTH }).credential;
}

/** A context of the raw level after its first leg. */
export function rawContext(
  credential: CredentialHandle = rawCredential(),
  answer: LegAnswer = {},
): ContextHandle {
  fake.legAnswers.push(answer);
  const { context } = acceptSecurityContextSync({ credential });
  if (context === undefined) throw new Error('the answer created no context');
  return context;
}

/** Credentials of the high level. */
export function credentials(
  answer: AcquireAnswer = {},
  options: Partial<CredentialsOptions> = {},
): Promise<Credentials> {
  fake.acquireAnswers.push(answer);
  return Credentials.acquire({ package: 'NTLM', use: 'both', ...options });
}

/** A context of the high level on which one leg was a whole handshake. */
export async function establishedServer(
  leg: LegAnswer = {},
  options: ServerContextOptions = {},
  answer: AcquireAnswer = {},
  packageName = 'NTLM',
): Promise<ServerContext> {
  const context = new ServerContext(await credentials(answer, { package: packageName }), options);
  fake.legAnswers.push(leg);
  await context.step(bytes('1'));
  return context;
}
