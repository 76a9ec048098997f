/**
 * Loaded in front of an example (node --require): what the scripted package
 * answers where it would not by itself.
 */

import { SEC_E_UNSUPPORTED_FUNCTION } from '../../../lib/constants/status.js';
import { Script } from '../../instruments/support/scripted.js';

// The server asks for the client's name, then the client for SECPKG_ATTR_SIZES.
const sizes = Buffer.from(Uint32Array.of(3000, 16, 1, 16).buffer);
new Script(0)
  .on('queryAttributes', { status: SEC_E_UNSUPPORTED_FUNCTION })
  .on('queryAttributes', { output: [sizes] })
  .on('export', { token: 'impersonation' });
