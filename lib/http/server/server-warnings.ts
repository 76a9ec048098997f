/** What is wrong with an http.Server, for some of its clients: told once, as soon as it can be seen. */

import { headerLimitFault } from './header-limit.js';
import { keepAliveTimeoutFault, maxRequestsFault } from './keep-alive-limits.js';

/** As much of an http.Server as is looked at. */
export interface ServerLimits {
  maxHeaderSize?: number;
  maxRequestsPerSocket?: number | null;
  keepAliveTimeout?: number;
}

export class ServerFaults {
  readonly #takesNtlm: boolean;
  readonly #tell: (reason: string) => void;
  /** The codes that were told, by server: some limits are properties that are set later. */
  readonly #told = new WeakMap<ServerLimits, Set<string>>();

  /**
   * @param takesNtlm whether logons may take several requests on one connection
   * @param tell for the log; the process gets a warning, too
   */
  constructor(takesNtlm: boolean, tell: (reason: string) => void) {
    this.#takesNtlm = takesNtlm;
    this.#tell = tell;
  }

  look(server: ServerLimits): void {
    const told = this.#told.get(server) ?? new Set();
    this.#told.set(server, told);
    for (const [code, fault] of this.#faults(server)) {
      if (fault === undefined || told.has(code)) continue;
      told.add(code);
      this.#tell(fault);
      process.emitWarning(fault, { code });
    }
  }

  #faults(server: ServerLimits): (readonly [code: string, fault: string | undefined])[] {
    const ofHeaders = ['SECUR32_HTTP_HEADER_LIMIT', headerLimitFault(server)] as const;
    if (!this.#takesNtlm) return [ofHeaders];
    return [
      ofHeaders,
      ['SECUR32_HTTP_MAX_REQUESTS', maxRequestsFault(server)],
      ['SECUR32_HTTP_KEEP_ALIVE_TIMEOUT', keepAliveTimeoutFault(server)],
    ];
  }
}
