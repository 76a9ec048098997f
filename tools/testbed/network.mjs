import { CommandFailure } from '../support/run-command.mjs';
import { Failure } from '../support/failure.mjs';

const SIGNS =
  /Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|Network is unreachable|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT/;

/**
 * Says plainly that it is the network, where a failed command's log shows that.
 *
 * @param {unknown} error
 * @param {string} what could not be reached
 */
export function explainNetwork(error, what) {
  if (!(error instanceof CommandFailure) || !SIGNS.test(error.log)) return error;
  return new Failure(`no network: cannot reach ${what}\n${error.message}`);
}
