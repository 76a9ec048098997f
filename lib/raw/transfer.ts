import { SECPKG_CONTEXT_EXPORT_DELETE_OLD } from '../constants/messages.js';
import { SspiError } from '../core/errors.js';
import { native } from '../binding/native.js';
import { checkedBytes, optionNames, ownOptions, requiredText } from '../core/checks.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import { combinedFlags } from './flags.js';
import {
  closeContext,
  contextForLeg,
  newContextHandle,
  openContext,
  type ContextHandle,
} from './handles.js';
import { newTokenHandle, openToken, type TokenHandle } from './token-handle.js';

/** A context on its way to another process of the same machine. */
export interface ExportedSecurityContext {
  /** The context, with its keys: a secret. */
  packed: Buffer;
  /** The token that belongs to it, where there is one. Close it. */
  token: TokenHandle | undefined;
}

/**
 * Packs an established context, so that another process of this machine can go
 * on with it.
 *
 * Calls ExportSecurityContext. `flags` are `SECPKG_CONTEXT_EXPORT_` bits: with
 * `SECPKG_CONTEXT_EXPORT_DELETE_OLD` the context is gone afterwards and its
 * handle closed; it must not be one of a high-level object then. Throws an
 * `SspiError` (`SEC_E_UNSUPPORTED_FUNCTION` where the package cannot; that
 * leaves the context as it was).
 */
export function exportSecurityContext(
  context: ContextHandle,
  flags: readonly number[] | number = 0,
): ExportedSecurityContext {
  const bits = combinedFlags(flags, 'flags');
  const deletes = (bits & SECPKG_CONTEXT_EXPORT_DELETE_OLD) !== 0;
  const nativeContext = (deletes ? contextForLeg(context, undefined) : openContext(context)).native;
  const answer = accepted(native().exportSecurityContext(nativeContext, bits));
  const [status, packed, token] = answer;
  if (isFailure(status)) throw new SspiError('ExportSecurityContext', status);
  if (deletes) closeContext(context);
  return {
    packed: packed ?? Buffer.alloc(0),
    token: token === undefined ? undefined : newTokenHandle(token),
  };
}

export interface ImportSecurityContextOptions {
  /** The package of the context, by name. */
  package: string;
  packed: Uint8Array;
  /** The token that was exported with it, in this process. It stays yours to close. */
  token?: TokenHandle | undefined;
}

const IMPORT_NAMES = optionNames<ImportSecurityContextOptions>({
  package: 'required',
  packed: 'required',
  token: 'orUndefined',
});

/**
 * Takes over a context that another process of this machine packed.
 *
 * Calls ImportSecurityContextW. The context is established: messages and
 * attributes work, legs do not. Throws an `SspiError`
 * (`SEC_E_UNSUPPORTED_FUNCTION` where the package cannot). What is packed is
 * trusted by the package: it must come from a process that you trust.
 */
export function importSecurityContext(options: ImportSecurityContextOptions): ContextHandle {
  const own = ownOptions(options, IMPORT_NAMES, 'importSecurityContext');
  const packageName = requiredText(own.package, 'package');
  const packed = checkedBytes(own.packed, 'packed');
  const token = own.token === undefined ? undefined : openToken(own.token);
  const answer = accepted(native().importSecurityContext(packageName, packed, token));
  if (answer.length === 1) throw new SspiError('ImportSecurityContext', answer[0]);
  const [, context, traits, maxToken] = answer;
  return newContextHandle(context, { package: packageName, traits, maxToken });
}
