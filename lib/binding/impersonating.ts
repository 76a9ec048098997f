import { Refusal } from './native-binding.js';
import { native } from './native.js';
import { refusalError } from './refusals.js';

/**
 * For calls that may wait for others before they reach the addon, which refuses
 * the rest: they would run as the process then. The thread itself is asked, and
 * not this copy of the package: another one, or other native code, may act as a
 * client.
 */
export function refuseWhileImpersonating(): void {
  const [impersonating] = native().threadIsImpersonating();
  if (impersonating !== 0) throw refusalError(Refusal.impersonating);
}
