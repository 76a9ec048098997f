import { Refusal } from './native-binding.js';
import { native } from './native.js';
import { refusalError } from './refusals.js';

/**
 * Throws if this thread is impersonating a client. It is for calls that may have
 * to wait before they reach the addon; the addon itself refuses the others. They
 * would run as the process. The state is read from the thread, not from this copy
 * of the package, because another copy or other native code may impersonate too.
 */
export function refuseWhileImpersonating(): void {
  const [impersonating] = native().threadIsImpersonating();
  if (impersonating !== 0) throw refusalError(Refusal.impersonating);
}
