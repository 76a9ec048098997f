/**
 * How a server checks channel bindings:
 *
 * - `'never'`: they are not checked.
 * - `'whenSupported'`: if the client sends bindings, they must match. Clients that
 *   do not support bindings are accepted without.
 * - `'always'`: the client must send matching bindings.
 * - `'behindProxy'`: TLS ends at a reverse proxy. The client must have sent any
 *   bindings, and its target name must be one of `targetNames`.
 * - `'audit'`: bindings are compared, but no client is refused because of them;
 *   `channelBindingsResult` has the result. Requires Windows Server 2019 or
 *   Windows 10 1809.
 */
export type ExtendedProtection = 'never' | 'whenSupported' | 'always' | 'behindProxy' | 'audit';

/** The levels of Extended Protection, and whether each compares channel bindings. */
const COMPARES_BINDINGS = {
  never: false,
  whenSupported: true,
  always: true,
  behindProxy: false,
  audit: true,
} satisfies Record<ExtendedProtection, boolean>;

export const PROTECTION_LEVELS = Object.keys(COMPARES_BINDINGS) as readonly ExtendedProtection[];

export function comparesChannelBindings(level: ExtendedProtection): boolean {
  return COMPARES_BINDINGS[level];
}
