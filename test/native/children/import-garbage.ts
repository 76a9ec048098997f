/** Unpacks what no package packed, in a process of its own: NTLM parses it in the caller. */

import { SspiError } from '../../../lib/core/errors.js';
import { importSecurityContext } from '../../../lib/raw/transfer.js';
import { answer, childInput } from '../../instruments/support/child.js';

const packed = Buffer.from(childInput() as string, 'hex');
try {
  importSecurityContext({ package: 'NTLM', packed }).close();
  answer('imported');
} catch (error) {
  answer(error instanceof SspiError ? 'SspiError' : String(error));
}
