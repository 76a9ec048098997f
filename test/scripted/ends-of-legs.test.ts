import { describeEnds } from '../support/ends.js';

describeEnds([
  ['initializeSecurityContext', 'initialize'],
  ['acceptSecurityContext', 'accept'],
  ['completeAuthToken', 'complete'],
]);
