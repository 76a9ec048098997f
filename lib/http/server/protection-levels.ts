import type { ExtendedProtection } from '../../context/extended-protection.js';

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
