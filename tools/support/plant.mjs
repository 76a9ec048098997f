import { Failure } from './failure.mjs';

/**
 * A source with a fault in it. What the fault takes the place of must be there exactly once, so that a fault that no
 * longer fits is noticed.
 *
 * @param {string} source
 * @param {{ text: string, becomes: string }} change
 * @param {string} what the fault and the file, for the message
 * @returns {string}
 */
export function plant(source, { text, becomes }, what) {
  const parts = source.split(text);
  if (parts.length !== 2) {
    throw new Failure(`${what} no longer fits: its text is there ${parts.length - 1} times`);
  }
  return parts.join(becomes);
}
