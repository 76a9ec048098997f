// Faults that the suites must find. Each is a change of the sources, or of the
// compiled JavaScript, whose text must be there exactly once.

import { contextMutants } from './context.mjs';
import { httpClientMutants } from './http-client.mjs';
import { httpServerMutants } from './http-server.mjs';
import { nativeMutants } from './native.mjs';
import { packageMutants } from './package.mjs';

/**
 * @typedef {object} Change
 * @property {string} file relative to the project
 * @property {string} text
 * @property {string} becomes
 *
 * @typedef {object} Mutant
 * @property {string} name what it does wrong
 * @property {{ file: string, title: string }} test which must fail: part of its file's path below test, and of its
 *   title
 * @property {boolean} [crashes] it may also end the process, as a bug of this kind does
 * @property {Change[]} changes
 */

/** @type {Mutant[]} */
export const mutants = [
  ...nativeMutants,
  ...contextMutants,
  ...httpServerMutants,
  ...httpClientMutants,
  ...packageMutants,
];
