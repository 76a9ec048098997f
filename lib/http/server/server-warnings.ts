/** Warns once about each setting of an http.Server that locks out some of its clients. */

import type { CheckedServer } from './checked-server.js';
import { getHeaderLimitFault } from './header-limit.js';
import { getKeepAliveTimeoutFault, getMaxRequestsFault } from './keep-alive-limits.js';
import { isKerberosOnly } from './logon/ntlm-token.js';
import type { ServerSettings } from './settings.js';

export class ServerWarnings {
  readonly #takesNtlm: boolean;
  readonly #log: (reason: string) => void;
  /** The warnings that were given, by server: some settings are properties that can be set later. */
  readonly #warned = new WeakMap<CheckedServer, Set<string>>();

  /** @param log logs a warning, which is also emitted as a warning of the process */
  constructor(settings: ServerSettings, log: (reason: string) => void) {
    // Only where NTLM is accepted may a logon take several requests on one connection.
    this.#takesNtlm =
      settings.reverseProxy !== 'multiplexing' &&
      !settings.schemes.every((scheme) => isKerberosOnly(settings, scheme));
    this.#log = log;
  }

  check(server: CheckedServer): void {
    const warned = this.#warned.get(server) ?? new Set();
    this.#warned.set(server, warned);
    for (const [code, fault] of this.#getFaults(server)) {
      if (fault === undefined || warned.has(code)) continue;
      warned.add(code);
      this.#log(fault);
      process.emitWarning(fault, { code });
    }
  }

  #getFaults(server: CheckedServer): (readonly [code: string, fault: string | undefined])[] {
    const headerLimit = ['SECUR32_HTTP_HEADER_LIMIT', getHeaderLimitFault(server)] as const;
    if (!this.#takesNtlm) return [headerLimit];
    return [
      headerLimit,
      ['SECUR32_HTTP_MAX_REQUESTS', getMaxRequestsFault(server)],
      ['SECUR32_HTTP_KEEP_ALIVE_TIMEOUT', getKeepAliveTimeoutFault(server)],
    ];
  }
}
