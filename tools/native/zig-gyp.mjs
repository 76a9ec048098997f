#!/usr/bin/env node
/**
 * Stands in for node-gyp where prebuildify runs elsewhere than on Windows: prebuildify starts it as
 * `zig-gyp.mjs rebuild --target=… --devdir=… --arch=… --release` in the project's root and takes the
 * first .node file of build/Release. Of these arguments only --arch means something here: the headers
 * are node-api-headers, whatever the version of Node.js.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, reportError } from '../support/failure.mjs';
import { Reporter } from '../support/progress.mjs';
import { runLogged } from '../support/run-command.mjs';
import { chooseArchitectures, root } from './project.mjs';
import { locateZig, zigVersion } from './zig/locate.mjs';

const require = createRequire(import.meta.url);

const { values } = parseArgs({ strict: false, options: { arch: { type: 'string' } } });
const [arch] = chooseArchitectures([values.arch], []);

const zig = join(root, 'tools', 'native', 'zig');
const output = join(root, 'build', `zig-${arch}`);

/** What ninja writes when a step is done. */
const STEP_DONE = /^\[(\d+)\/(\d+)\]/;
const ERRORS_SHOWN = 20;

/** CMake keeps objects and absolute paths: both are void after the checkout has moved or zig has changed. */
function dropForeignOutput() {
  const fingerprint = `${root}\nzig ${zigVersion()}\n`;
  const file = join(output, 'fingerprint');
  if (existsSync(file) && readFileSync(file, 'utf8') === fingerprint) return;
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  writeFileSync(file, fingerprint);
}

/**
 * @param {'configure' | 'build'} command
 * @param {(line: string) => void} onLine
 * @returns {Promise<void>}
 */
async function cmakeJs(command, onLine) {
  try {
    await runLogged(
      [
        process.execPath,
        join(dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js'),
        command,
        `--arch=${arch}`,
        `--out=${output}`,
        // Given here too, or cmake-js insists on a compiler of the host's own.
        `--cc=${join(zig, 'bin', 'cc')}`,
        `--cxx=${join(zig, 'bin', 'c++')}`,
        `--CDCMAKE_TOOLCHAIN_FILE=${join(zig, 'toolchain.cmake')}`,
      ],
      {
        what: `cmake-js ${command} for ${arch}`,
        cwd: root,
        env: { ...process.env, SECUR32_ZIG: locateZig() },
        logFile: join(root, 'build', `zig-${arch}-${command}.log`),
        onLine,
      },
    );
  } catch (error) {
    // What the compiler said may stand far above the end of the log.
    const errors = new Set(
      error.log?.split('\n').filter((line) => /\berror: |undefined symbol/.test(line)),
    );
    throw new Failure([...Array.from(errors).slice(0, ERRORS_SHOWN), error.message].join('\n'));
  }
}

/** @returns {Promise<void>} */
async function build() {
  await new Reporter().step(`building secur32.node for ${arch}`, async (update) => {
    update('configuring');
    await cmakeJs('configure', () => {});
    await cmakeJs('build', (line) => {
      const [, done, all] = STEP_DONE.exec(line) ?? [];
      if (done !== undefined) update(`${done} of ${all}`);
    });
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
  dropForeignOutput();
  await build();
  deliver();
} catch (error) {
  reportError('zig', error);
  process.exitCode = 1;
}
