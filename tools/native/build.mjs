/**
 * Builds the addon for use in this checkout.
 *
 *   npm run build:native [-- --arch x64|arm64] [-- --force]
 *
 * On Windows node-gyp builds build/Release/secur32.node, for this machine's architecture unless told
 * otherwise. Elsewhere zig cross-compiles prebuilds/win32-<arch>/secur32.node, x64 unless told otherwise,
 * and does nothing when the sources have not changed. node-gyp-build, which loads the addon in a clone, looks at
 * build/Release first: only a Windows machine, which needs one architecture, may have one there.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, reportError } from '../support/failure.mjs';
import { prebuildIfChanged } from './prebuildify.mjs';
import { chooseArchitectures, root } from './project.mjs';

const require = createRequire(import.meta.url);

const { values } = parseArgs({
  options: { arch: { type: 'string', multiple: true }, force: { type: 'boolean' } },
});

/**
 * @param {string} arch
 * @returns {Promise<void>}
 */
function buildWithNodeGyp(arch) {
  const nodeGyp = join(dirname(require.resolve('node-gyp/package.json')), 'bin', 'node-gyp.js');
  const { status } = spawnSync(process.execPath, [nodeGyp, 'rebuild', `--arch=${arch}`], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Failure(`no addon for win32-${arch}: node-gyp failed`);
}

try {
  const onWindows = process.platform === 'win32';
  for (const arch of chooseArchitectures(values.arch, [onWindows ? process.arch : 'x64'])) {
    if (onWindows) buildWithNodeGyp(arch);
    else await prebuildIfChanged(arch, { force: values.force });
  }
} catch (error) {
  reportError('build:native', error);
  process.exitCode = 1;
}
