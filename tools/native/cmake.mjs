/** What the builds with CMake and zig have in common. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../support/failure.mjs';
import { runLogged } from '../support/run-command.mjs';
import { root } from './project.mjs';
import { locateZig, zigVersion } from './zig/locate.mjs';

/** What ninja writes when a step is done. */
const STEP_DONE = /^\[(\d+)\/(\d+)\]/;
const ERRORS_SHOWN = 20;

export const zigDirectory = join(root, 'tools', 'native', 'zig');

/**
 * CMake keeps objects and absolute paths: both are void after the checkout has moved or zig has changed.
 *
 * @param {string} output
 */
export function dropForeignOutput(output) {
  const fingerprint = `${root}\nzig ${zigVersion()}\n`;
  const file = join(output, 'fingerprint');
  if (existsSync(file) && readFileSync(file, 'utf8') === fingerprint) return;
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  writeFileSync(file, fingerprint);
}

/**
 * Runs a step of a build; its failure begins with what the compiler said, which may stand far above the end of the
 * log.
 *
 * @param {string[]} command
 * @param {{ what: string, log: string, update?: (detail: string) => void }} options log: a name in build/
 * @returns {Promise<void>}
 */
export async function runBuildStep(command, { what, log, update = () => {} }) {
  try {
    await runLogged(command, {
      what,
      cwd: root,
      env: { ...process.env, SECUR32_ZIG: locateZig() },
      logFile: join(root, 'build', log),
      onLine: (line) => {
        const [, done, all] = STEP_DONE.exec(line) ?? [];
        if (done !== undefined) update(`${done} of ${all}`);
      },
    });
  } catch (error) {
    const errors = new Set(
      error.log?.split('\n').filter((line) => /\berror: |undefined symbol/.test(line)),
    );
    throw new Failure([...Array.from(errors).slice(0, ERRORS_SHOWN), error.message].join('\n'));
  }
}
