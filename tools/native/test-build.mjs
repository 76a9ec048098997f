/**
 * Builds what only tests load: the security packages of test/instruments/ssp, and the addon in variants.
 *
 *   npm run build:tests [-- --arch x64|arm64] [-- --mutant DIRECTORY]
 *
 * They end in build/ssp-<arch>, elsewhere than on Windows: its security packages are the machine's.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { reportError } from '../support/failure.mjs';
import { crossBuildPackages, requireHostPackages } from '../support/host-packages.mjs';
import { lock } from '../support/lock.mjs';
import { Reporter } from '../support/progress.mjs';
import { dropForeignOutput, runBuildStep, zigDirectory } from './cmake.mjs';
import { chooseArchitectures, root, testBuildDirectory } from './project.mjs';

const require = createRequire(import.meta.url);

/** The directories of headers that cmake-js would give. */
function nodeHeaders() {
  return [
    require('node-api-headers').include_dir,
    dirname(require.resolve('node-addon-api/package.json')),
  ].join(';');
}

/**
 * @param {string} arch
 * @param {object} [options]
 * @param {string} [options.mutant] a directory with a changed src-native: only the addon of that is built
 */
export async function buildTests(arch, { mutant } = {}) {
  const output = testBuildDirectory(arch);
  mkdirSync(join(root, 'build'), { recursive: true });
  await requireHostPackages(crossBuildPackages, new Reporter());
  const unlock = await lock(join(root, 'build', `ssp-${arch}.lock`));
  try {
    dropForeignOutput(output);
    const title = mutant ? 'a mutant of the addon' : 'the security packages of the tests';
    await new Reporter().step(`building ${title} for ${arch}`, async (update) => {
      if (mutant || !existsSync(join(output, 'build.ninja'))) {
        await configure(arch, output, mutant);
      }
      await runBuildStep(['cmake', '--build', output, '--target', mutant ? 'mutant' : 'all'], {
        what: `building test/instruments/ssp for ${arch}`,
        log: `ssp-${arch}-build.log`,
        update,
      });
    });
  } finally {
    await unlock();
  }
}

/**
 * @param {string} arch
 * @param {string} output
 * @param {string | undefined} mutant
 */
async function configure(arch, output, mutant) {
  await runBuildStep(
    [
      'cmake',
      '-S',
      join(root, 'test', 'instruments', 'ssp'),
      '-B',
      output,
      '-G',
      'Ninja',
      '-DCMAKE_BUILD_TYPE=Release',
      `-DCMAKE_TOOLCHAIN_FILE=${join(zigDirectory, 'toolchain.cmake')}`,
      `-DNODE_ARCH=${arch}`,
      `-DCMAKE_JS_INC=${nodeHeaders()}`,
      `-DMUTANT=${mutant ?? ''}`,
    ],
    { what: `configuring test/instruments/ssp for ${arch}`, log: `ssp-${arch}-configure.log` },
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { values } = parseArgs({
      options: { arch: { type: 'string', multiple: true }, mutant: { type: 'string' } },
    });
    for (const arch of chooseArchitectures(values.arch, ['x64'])) {
      await buildTests(arch, { mutant: values.mutant });
    }
  } catch (error) {
    reportError('build:tests', error);
    process.exitCode = 1;
  }
}
