/**
 * A failure that a person can act on: its message is the whole story, so it is shown without a stack.
 */
export class Failure extends Error {
  name = 'Failure';
}

/**
 * Writes an error to stderr: a Failure as its message, anything else with its stack.
 *
 * @param {string} prefix what the lines start with
 * @param {unknown} error
 */
export function reportError(prefix, error) {
  const text =
    error instanceof Failure ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${prefix}: ${text}\n`);
}
