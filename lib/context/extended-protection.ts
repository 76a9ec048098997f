/**
 * Extended Protection of a server: that the client's logon was meant for this
 * TLS connection (channel bindings) and for this service (its target name).
 */

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
import { checkedServicePrincipalNames, isAllowedTarget } from './service-principal-names.js';

/**
 * How much of Extended Protection a server wants:
 *
 * - `'never'`: no channel bindings are looked at.
 * - `'whenSupported'`: bindings must match where the client sends some; clients
 *   that know nothing of them come in without.
 * - `'always'`: the client must send the right bindings.
 * - `'behindProxy'`: TLS ends at a proxy in front. The client must have sent
 *   some bindings, and its target name must be one of `targetNames`.
 * - `'audit'`: bindings are compared and nobody is refused for them;
 *   `channelBindingsResult` says what came out. Server 2019, Windows 10 1809.
 */
export type ExtendedProtection = 'never' | 'whenSupported' | 'always' | 'behindProxy' | 'audit';

export interface ExtendedProtectionOptions {
  /**
   * The bindings of the TLS connection: of this server's own certificate. null
   * says that there are none.
   */
  channelBindings?: ChannelBindings | null;
  /** `'always'` by default where there are channel bindings, `'never'` where there are none. */
  extendedProtection?: ExtendedProtection;
  /**
   * The names under which clients may ask for this service
   * (`HTTP/web.example.com`). A client that asked for another one, or for none,
   * is refused; with `'whenSupported'` none is allowed.
   */
  targetNames?: readonly string[];
}

const LEVELS: readonly unknown[] = ['never', 'whenSupported', 'always', 'behindProxy', 'audit'];
const WITH_BINDINGS: readonly ExtendedProtection[] = ['whenSupported', 'always', 'audit'];
/** SEC_CHANNEL_BINDINGS_RESULT: one DWORD of flags. */
const RESULT_BYTES = 4;

/** The bindings with the flag that the package shall only look. */
function auditBindings(bindings: ChannelBindings): Buffer {
  // Another package would take the flags for addresses, and refuse everybody.
  const [known] = accepted(native().knowsChannelBindingFlags());
  if (known === 0) {
    throw codedError(
      'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
      "this system does not have the 'audit' of Extended Protection",
    );
  }
  return secChannelBindingsEx(bindings, SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS);
}

/** What Extended Protection adds to the legs of a server, and what it asks for at the end. */
export class ProtectionPolicy {
  readonly level: ExtendedProtection;
  readonly flags: readonly AscReq[];
  readonly input: readonly InputSecBuffer[];
  readonly output: readonly OutputSecBuffer[] | undefined;
  readonly #targetNames: readonly string[] | undefined;

  /** @param options as `ownOptions` read them */
  constructor(options: ExtendedProtectionOptions) {
    const bindings = options.channelBindings ?? null;
    // null is no level; it must not become one.
    const { extendedProtection: level = bindings === null ? 'never' : 'always' } = options;
    if (!LEVELS.includes(level)) {
      throw argumentError(`extendedProtection must be one of ${LEVELS.join(', ')}`);
    }
    const wantsBindings = WITH_BINDINGS.includes(level);
    if (wantsBindings && bindings === null) {
      throw argumentError(`extendedProtection: '${level}' needs channelBindings`);
    }
    if (!wantsBindings && bindings !== null) {
      throw argumentError(`extendedProtection: '${level}' does not look at channelBindings`);
    }
    if (level === 'behindProxy' && options.targetNames === undefined) {
      throw argumentError("extendedProtection: 'behindProxy' needs targetNames");
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

  /** What is wrong with whom the client asked for, in words; nothing if all is well. */
  shortfalls(context: ContextHandle): string[] {
    const allowed = this.#targetNames;
    if (allowed === undefined) return [];
    let target: string | undefined;
    try {
      target = queryContextAttributes(context, SECPKG_ATTR_CLIENT_SPECIFIED_TARGET);
    } catch (error) {
      // Who cannot be asked is not let in.
      if (!(error instanceof SspiError)) throw error;
      return [`targetNames (the package does not say whom the client asked for: ${error.code})`];
    }
    if (target === undefined || target === '') {
      return this.level === 'whenSupported'
        ? []
        : ['targetNames (the client did not say whom it asks for)'];
    }
    return isAllowedTarget(target, allowed)
      ? []
      : ['targetNames (the client asked for another service)'];
  }
}
