/**
 * Extended Protection of a server: it verifies that the client's logon was meant
 * for this TLS connection (channel bindings) and this service (target name).
 */

import { checkedChoice } from '../core/checks.js';
import {
  ChannelBindings,
  secChannelBindings,
  secChannelBindingsEx,
} from '../channel-bindings/channel-bindings.js';
import {
  ASC_REQ_ALLOW_MISSING_BINDINGS,
  ASC_REQ_PROXY_BINDINGS,
  type AscReq,
} from '../constants/asc-flags.js';
import { SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS } from '../constants/channel-bindings.js';
import { SECPKG_ATTR_CLIENT_SPECIFIED_TARGET } from '../constants/context-attributes.js';
import {
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_CHANNEL_BINDINGS_RESULT,
  SECBUFFER_TOKEN,
} from '../constants/sec-buffers.js';
import { argumentError, codedError, SspiError } from '../core/errors.js';
import { native } from '../binding/native.js';
import { queryContextAttributes } from '../raw/context-attributes.js';
import type { ContextHandle } from '../raw/handles.js';
import type { InputSecBuffer, OutputSecBuffer } from '../core/sec-buffer.js';
import { accepted } from '../binding/refusals.js';
import {
  comparesChannelBindings,
  PROTECTION_LEVELS,
  type ExtendedProtection,
} from './protection-levels.js';
import { checkedServicePrincipalNames, isAllowedTarget } from './service-principal-names.js';

/** Options of a `ServerContext` against relayed logons. */
export interface ExtendedProtectionOptions {
  /**
   * The channel bindings of the TLS connection, derived from this server's own
   * certificate. `null` means that there are none.
   *
   * @defaultValue null
   */
  channelBindings?: ChannelBindings | null;
  /**
   * How channel bindings are checked.
   *
   * @defaultValue `'always'` with `channelBindings`, `'never'` without
   */
  extendedProtection?: ExtendedProtection;
  /**
   * The target names that clients may specify for this service
   * (`HTTP/web.example.com`), at least one. A client that specified another name or
   * none is refused (`ERR_SECUR32_REQUIREMENTS_NOT_MET`); `'whenSupported'` accepts
   * clients that specified none.
   *
   * @defaultValue target names are not checked
   */
  targetNames?: readonly string[];
}

/** SEC_CHANNEL_BINDINGS_RESULT: one DWORD of flags. */
const RESULT_BYTES = 4;

/** The bindings with the flag that makes the package only report the result. */
function auditBindings(bindings: ChannelBindings): Buffer {
  // Older packages would read the flags as addresses and refuse every client.
  const [known] = accepted(native().knowsChannelBindingFlags());
  if (known === 0) {
    throw codedError(
      'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
      "this system does not support extendedProtection: 'audit'",
    );
  }
  return secChannelBindingsEx(bindings, SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS);
}

/** What Extended Protection adds to the legs of a server, and what it checks after the last leg. */
export class ProtectionPolicy {
  readonly level: ExtendedProtection;
  readonly flags: readonly AscReq[];
  readonly input: readonly InputSecBuffer[];
  readonly output: readonly OutputSecBuffer[] | undefined;
  readonly #targetNames: readonly string[] | undefined;

  /** @param options as `ownOptions` read them */
  constructor(options: ExtendedProtectionOptions) {
    const bindings = options.channelBindings ?? null;
    // null is not a level and must not become the default.
    const { extendedProtection: level = bindings === null ? 'never' : 'always' } = options;
    checkedChoice(level, 'extendedProtection', PROTECTION_LEVELS);
    const wantsBindings = comparesChannelBindings(level);
    if (wantsBindings && bindings === null) {
      throw argumentError(`extendedProtection: '${level}' requires channelBindings`);
    }
    if (!wantsBindings && bindings !== null) {
      throw argumentError(`extendedProtection: '${level}' does not use channelBindings`);
    }
    if (level === 'behindProxy' && options.targetNames === undefined) {
      throw argumentError("extendedProtection: 'behindProxy' requires targetNames");
    }
    this.level = level;
    this.#targetNames =
      options.targetNames === undefined
        ? undefined
        : checkedServicePrincipalNames(options.targetNames, 'targetNames');
    this.flags =
      level === 'whenSupported'
        ? [ASC_REQ_ALLOW_MISSING_BINDINGS]
        : level === 'behindProxy'
          ? [ASC_REQ_PROXY_BINDINGS]
          : [];
    this.input = bindings === null ? [] : [this.#bindingsBuffer(bindings)];
    this.output =
      level === 'audit'
        ? [
            { type: SECBUFFER_TOKEN },
            { type: SECBUFFER_CHANNEL_BINDINGS_RESULT, size: RESULT_BYTES },
          ]
        : undefined;
  }

  #bindingsBuffer(bindings: ChannelBindings): InputSecBuffer {
    const data = this.level === 'audit' ? auditBindings(bindings) : secChannelBindings(bindings);
    return { type: SECBUFFER_CHANNEL_BINDINGS, data };
  }

  /** What is wrong with the client's target name, in words; empty if it is allowed. */
  shortfalls(context: ContextHandle): string[] {
    const allowed = this.#targetNames;
    if (allowed === undefined) return [];
    let target: string | undefined;
    try {
      target = queryContextAttributes(context, SECPKG_ATTR_CLIENT_SPECIFIED_TARGET);
    } catch (error) {
      // If the target name is unknown, the client is refused.
      if (!(error instanceof SspiError)) throw error;
      return [`targetNames (the package does not report the client's target name: ${error.code})`];
    }
    if (target === undefined || target === '') {
      return this.level === 'whenSupported'
        ? []
        : ['targetNames (the client specified no target name)'];
    }
    return isAllowedTarget(target, allowed)
      ? []
      : ['targetNames (the client asked for another service)'];
  }
}
