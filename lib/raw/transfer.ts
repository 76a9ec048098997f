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

/** A context to be imported by another process of the same machine. */
export interface ExportedSecurityContext {
  /** The context, with its keys. Keep it secret. */
  packed: Buffer;
  /**
   * The access token of the context; undefined if the package returned none. Close
   * it after use.
   */
  token: TokenHandle | undefined;
}

/**
 * Packs an established context, so that another process of this machine can
 * continue to use it.
 *
 * Calls ExportSecurityContext. Throws an `SspiError` and leaves the context
 * unchanged (`SEC_E_UNSUPPORTED_FUNCTION` if the package cannot export contexts,
 * and others). Throws `ERR_SECUR32_OWNED_HANDLE` if it would delete the context
 * of a `ClientContext` or `ServerContext`.
 *
 * @param flags `SECPKG_CONTEXT_EXPORT_` bits, none by default. With
 * `SECPKG_CONTEXT_EXPORT_DELETE_OLD` the context is deleted and its handle closed.
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

/** Options of `importSecurityContext`. */
export interface ImportSecurityContextOptions {
  /** The name of the package that exported the context. */
  package: string;
  /** The packed context that `exportSecurityContext` returned. */
  packed: Uint8Array;
  /**
   * The token that was exported with the context, as a handle of this process
   * (`duplicateTokenInto`, `adoptToken`). You still have to close it.
   *
   * @defaultValue none
   */
  token?: TokenHandle | undefined;
}

const IMPORT_NAMES = optionNames<ImportSecurityContextOptions>({
  package: 'required',
  packed: 'required',
  token: 'orUndefined',
});

/**
 * Takes over a context that another process of this machine exported. The context
 * is established: it supports messages and attributes, but no legs.
 *
 * The package trusts the packed bytes. Import only contexts from processes that
 * you trust.
 *
 * Calls ImportSecurityContextW. Throws an `SspiError`
 * (`SEC_E_UNSUPPORTED_FUNCTION` if the package cannot import contexts, and others).
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
