/** Whether JavaScript of this thread acts as a client just now. */

import { Refusal } from './native-binding.js';
import { refusalError } from './refusals.js';

let impersonating = false;

/** Marks the time while a function runs as a client. */
export function whileImpersonating(act: () => void): void {
  impersonating = true;
  try {
    act();
  } finally {
    impersonating = false;
  }
}

/**
 * For calls that may wait for others before they reach the addon, which
 * refuses the rest: they would run as the process then.
 */
export function refuseWhileImpersonating(): void {
  if (impersonating) throw refusalError(Refusal.impersonating);
}
