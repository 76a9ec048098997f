/** Warns once about each setting of an http.Server that locks out some of its clients. */

import { getHeaderLimitFault } from './header-limit.js';
import { getKeepAliveTimeoutFault, getMaxRequestsFault } from './keep-alive-limits.js';

/** The properties of an http.Server that are checked. */
export interface CheckedServer {
  maxHeaderSize?: number;
  maxRequestsPerSocket?: number | null;
  keepAliveTimeout?: number;
}

export class ServerWarnings {
  readonly #takesNtlm: boolean;
  readonly #log: (reason: string) => void;
  /** The warnings that were given, by server: some settings are properties that can be set later. */
  readonly #warned = new WeakMap<CheckedServer, Set<string>>();

  /**
   * @param takesNtlm whether a logon may take several requests on one connection
   * @param log logs a warning, which is also emitted as a warning of the process
   */
  constructor(takesNtlm: boolean, log: (reason: string) => void) {
    this.#takesNtlm = takesNtlm;
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
