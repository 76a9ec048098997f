/** Warns once about each setting that locks out some of a server's clients. */

import type { CheckedServer } from './checked-server.js';
import { getHeaderLimitFault } from './header-limit.js';
import { getKeepAliveTimeoutFault, getMaxRequestsFault } from './keep-alive-limits.js';
import { isKerberosOnly } from './logon/ntlm-token.js';
import type { ServerSettings } from './settings.js';

export class ServerWarnings {
  readonly #takesNtlm: boolean;
  readonly #perAddress: number;
  readonly #log: (reason: string) => void;
  /** The warnings that were given, by server: some settings are properties that can be set later. */
  readonly #warned = new WeakMap<object, Set<string>>();

  /** @param log logs a warning, which is also emitted as a warning of the process */
  constructor(settings: ServerSettings, log: (reason: string) => void) {
    // Only where NTLM is accepted may a logon take several requests on one connection.
    this.#takesNtlm =
      settings.reverseProxy !== 'multiplexing' &&
      !settings.schemes.every((scheme) => isKerberosOnly(settings, scheme));
    this.#perAddress = settings.limits.handshakesPerAddress;
    this.#log = log;
  }

  /** Checks an http.Server. */
  check(server: CheckedServer): void {
    for (const [code, fault] of this.#getFaults(server)) {
      if (fault !== undefined) this.#warn(server, code, fault);
    }
  }

  /** One address has as many pending logons as it may, and another one was refused. */
  warnOfFullAddress(): void {
    this.#warn(
      this,
      'SECUR32_HTTP_ADDRESS_LIMIT',
      `${this.#perAddress} logons are under way from one address, and another one was refused ` +
        '(limits.handshakesPerAddress). If a load balancer in front passes TCP through, all of its clients share its ' +
        'address: raise limits.handshakesPerAddress to limits.handshakes',
    );
  }

  #warn(about: object, code: string, fault: string): void {
    const warned = this.#warned.get(about) ?? new Set();
    this.#warned.set(about, warned);
    if (warned.has(code)) return;
    warned.add(code);
    this.#log(fault);
    process.emitWarning(fault, { code });
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
