/**
 * For jest's setupFilesAfterEnv: records what each test of a file drives, and
 * writes it into the folder SECUR32_TEST_COVERAGE.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, expect, jest } from '@jest/globals';

import { Recorder } from './recorder.js';
import { Recording } from './recording.js';

/**
 * Test files that say nothing: these have a fake in place of the addon, and
 * those do something else in every run, so what they reach is no promise: the
 * suites of HTTP depend on when a connection ends.
 */
const NOT_RECORDED = /^unit\/|^scripted\/(?:binding|sequences)$|\/http(?:-|$)/;

function testFile(): string | undefined {
  const path = expect.getState().testPath?.replaceAll('\\', '/');
  const file = /\/dist\/test\/(.+)\.test\.js$/.exec(path ?? '')?.[1];
  return file === undefined || NOT_RECORDED.test(file) ? undefined : file;
}

/** Not imported above: a test file that is not recorded may put a fake in its place. */
function addon(): object {
  return jest
    .requireActual<typeof import('../../../../lib/binding/native.js')>(
      '../../../../lib/binding/native.js',
    )
    .native();
}

function record(folder: string, file: string): void {
  const recording = new Recording();
  const recorder = new Recorder(recording, () => expect.getState().currentTestName);
  const end = recorder.watch(addon());
  afterAll(() => {
    // The next test file of this process gets the same functions.
    end();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${file.replaceAll('/', '.')}.json`);
    writeFileSync(path, `${JSON.stringify(recording.toFile(file), null, 1)}\n`);
  });
}

const folder = process.env['SECUR32_TEST_COVERAGE'];
const file = testFile();
if (folder !== undefined && file !== undefined) record(folder, file);
