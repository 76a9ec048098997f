import { describeEnds } from '../instruments/support/ends.js';

describeEnds([
  ['initializeSecurityContext', 'initialize'],
  ['acceptSecurityContext', 'accept'],
  ['completeAuthToken', 'complete'],
]);
