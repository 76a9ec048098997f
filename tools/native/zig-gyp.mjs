#!/usr/bin/env node
/**
 * Stands in for node-gyp where prebuildify runs elsewhere than on Windows: prebuildify starts it as
 * `zig-gyp.mjs rebuild --target=… --devdir=… --arch=… --release` in the project's root and takes the
 * first .node file of build/Release. Of these arguments only --arch means something here: the headers
 * are node-api-headers, whatever the version of Node.js.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportError } from '../support/failure.mjs';
import { Reporter } from '../support/progress.mjs';
import { dropForeignOutput, runBuildStep, zigDirectory } from './cmake.mjs';
import { chooseArchitectures, root } from './project.mjs';

const require = createRequire(import.meta.url);

const { values } = parseArgs({ strict: false, options: { arch: { type: 'string' } } });
const [arch] = chooseArchitectures([values.arch], []);

const output = join(root, 'build', `zig-${arch}`);

/**
 * @param {'configure' | 'build'} command
 * @param {(detail: string) => void} update
 * @returns {Promise<void>}
 */
async function cmakeJs(command, update) {
  await runBuildStep(
    [
      process.execPath,
      join(dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js'),
      command,
      `--arch=${arch}`,
      `--out=${output}`,
      // Given here too, or cmake-js insists on a compiler of the host's own.
      `--cc=${join(zigDirectory, 'bin', 'cc')}`,
      `--cxx=${join(zigDirectory, 'bin', 'c++')}`,
      `--CDCMAKE_TOOLCHAIN_FILE=${join(zigDirectory, 'toolchain.cmake')}`,
    ],
    { what: `cmake-js ${command} for ${arch}`, log: `zig-${arch}-${command}.log`, update },
  );
}

/** @returns {Promise<void>} */
async function build() {
  await new Reporter().step(`building secur32.node for ${arch}`, async (update) => {
    update('configuring');
    await cmakeJs('configure', () => {});
    await cmakeJs('build', update);
  });
}

/** Leaves the addon where prebuildify looks, and nothing beside it. */
function deliver() {
  const release = join(root, 'build', 'Release');
  rmSync(release, { recursive: true, force: true });
  mkdirSync(release, { recursive: true });
  copyFileSync(join(output, 'Release', 'secur32.node'), join(release, 'secur32.node'));
}

try {
  dropForeignOutput(output);
  await build();
  deliver();
} catch (error) {
  reportError('zig', error);
  process.exitCode = 1;
}
