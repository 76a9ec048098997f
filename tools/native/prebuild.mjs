/**
 * Fills prebuilds/, for a package or a release, and checks what is there.
 *
 *   npm run prebuild [-- --arch x64|arm64] [-- --force]
 *
 * On Windows MSVC builds this machine's architecture unless told otherwise, elsewhere zig builds both.
 */
import { parseArgs } from 'node:util';
import { reportError } from '../support/failure.mjs';
import { checkPrebuilds } from './check-prebuilds.mjs';
import { prebuild, prebuildIfChanged } from './prebuildify.mjs';
import { architectures, chooseArchitectures } from './project.mjs';

const { values } = parseArgs({
  options: { arch: { type: 'string', multiple: true }, force: { type: 'boolean' } },
});

try {
  const onWindows = process.platform === 'win32';
  const chosen = chooseArchitectures(values.arch, onWindows ? [process.arch] : architectures);
  for (const arch of chosen) {
    if (onWindows) await prebuild(arch);
    else await prebuildIfChanged(arch, { force: values.force });
  }
  if (!checkPrebuilds(chosen)) process.exitCode = 1;
} catch (error) {
  reportError('prebuild', error);
  process.exitCode = 1;
}
