/** Drops tokens and imported contexts that nobody closed, and lets them be collected. */

import { SECPKG_ATTR_ACCESS_TOKEN } from '../../../lib/constants/context-attributes.js';
import { queryContextAttributes } from '../../../lib/raw/context-attributes.js';
import {
  adoptToken,
  duplicateToken,
  duplicateTokenInto,
  querySecurityContextToken,
} from '../../../lib/raw/tokens.js';
import { exportSecurityContext, importSecurityContext } from '../../../lib/raw/transfer.js';
import { answer } from '../../instruments/support/child.js';
import { control, countLeft, Script, until } from '../../instruments/support/scripted.js';
import { closeOpened, serverOf } from '../../instruments/support/scripted-contexts.js';

/** How much of it was alive. */
function drop(): number {
  const script = new Script().on('export', { token: 'impersonation' });
  const context = serverOf(script);
  const token = querySecurityContextToken(context);
  duplicateToken(token);
  const value = duplicateTokenInto(token, process.pid);
  const record = Buffer.alloc(8);
  record.writeBigUInt64LE(value);
  script.on('queryAttributes', { output: [record] });
  queryContextAttributes(context, SECPKG_ATTR_ACCESS_TOKEN);
  adoptToken(value);
  const { packed } = exportSecurityContext(context);
  importSecurityContext({ package: 'Scripted', packed });
  const alive = countLeft();
  closeOpened();
  return alive;
}

async function main(): Promise<void> {
  const alive = drop();
  await until(
    () => {
      globalThis.gc?.();
      return countLeft() === 0;
    },
    () => '',
  ).catch(() => undefined);
  answer({ alive: alive > 0, left: countLeft(), violations: control.takeViolations() });
}

void main();
