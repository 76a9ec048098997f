/**
 * What a bundle of the package loads: the addon beside it or none. The bundles
 * are those of tools/bundles.mjs, and what is planted is the real addon, which
 * would load.
 */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import {
  installPackage,
  plant,
  PREBUILT,
  putAddon,
  removeFolders,
  ROOT,
  runProgram,
  temporaryFolder,
  type Outcome,
} from '../instruments/support/planted.js';
import { testOnWine } from '../instruments/support/skip.js';

/** The current folder and node.exe of the programs, with planted addons beside both. */
let current = '';
let executable = '';

beforeAll(() => {
  const shared = temporaryFolder('all');
  current = join(shared, 'current');
  executable = join(shared, 'program', 'node.exe');
  for (const folder of [current, dirname(executable)]) plant(folder);
  copyFileSync(process.execPath, executable);
});

afterEach(() => {
  removeFolders('test');
});

afterAll(() => {
  removeFolders('all');
});

interface Installed {
  /** The bundle. */
  file: string;
  /** Its folder, two folders below the test's. */
  folder: string;
}

/** A bundle, with an addon in every place but the one where it belongs. */
function install(bundle: string, name = 'server.js', below = ['above', 'app']): Installed {
  const top = temporaryFolder();
  const folder = join(top, ...below);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  copyFileSync(join(ROOT, 'build', 'bundles', bundle), file);
  plant(folder, { prebuilds: false });
  for (let parent = dirname(folder); parent.startsWith(top); parent = dirname(parent)) {
    plant(parent);
  }
  return { file, folder };
}

const run = ({ file }: Installed, more: object = {}): Promise<Outcome> =>
  runProgram(file, { cwd: current, executable, ...more });

const LOADS = (file: string): unknown => ({ results: [true], steps: [], loaded: [file] });
const NAMES =
  `the full path of secur32.node, or of a folder that contains secur32.node, ` +
  `win32-${process.arch}\\secur32.node or prebuilds\\win32-${process.arch}\\secur32.node`;

function fails(...lines: string[]): unknown {
  const message = [`secur32: the addon for win32-${process.arch} could not be loaded: `, ...lines];
  return {
    results: [{ code: 'ERR_SECUR32_LOAD_FAILED', message: message.join('\n').replace('\n', '') }],
    steps: [],
    loaded: [],
  };
}

const BUNDLER_TOOK_IT_AWAY = fails(
  'the bundle does not know the path of its own file',
  'What to do:',
  '  1. Make a CommonJS bundle that keeps __filename (webpack: node.__filename: false).',
  `  2. Or set SECUR32_PREBUILD, before the first call, to ${NAMES}.`,
  '  3. Or exclude secur32 from the bundle (external), and install the package.',
);

describe.each(['esbuild.js', 'webpack.js'])('a bundle (%s)', (bundle) => {
  test('loads no addon that was planted above it, in its build folders, in node_modules, in the current folder or beside node.exe', async () => {
    const installed = install(bundle);
    expect(await run(installed)).toEqual(
      fails(
        'file not found',
        'Only these paths were tried:',
        `  1. ${join(installed.folder, PREBUILT)} (beside the bundle ${installed.file}): not found`,
        'What to do:',
        '  1. Copy the prebuilds folder of the secur32 package next to the bundle.',
        `  2. Or set SECUR32_PREBUILD, before the first call, to ${NAMES}.`,
        '  3. Or exclude secur32 from the bundle (external), and install the package.',
      ),
    );
  });

  test('loads the addon beside it, whatever was planted elsewhere', async () => {
    const installed = install(bundle);
    const addon = putAddon(join(installed.folder, PREBUILT));
    expect(await run(installed)).toEqual(LOADS(addon));
  });
});

describe('a bundle', () => {
  test.each([
    ['the addon itself', 'any-name.node', 'any-name.node'],
    ['a folder with prebuilds', PREBUILT, '.'],
  ])('loads what SECUR32_PREBUILD names: %s', async (_, file, named) => {
    const installed = install('esbuild.js');
    putAddon(join(installed.folder, PREBUILT));
    const folder = temporaryFolder();
    const addon = putAddon(join(folder, file));
    const env = { SECUR32_PREBUILD: join(folder, named) };
    expect(await run(installed, { env })).toEqual(LOADS(addon));
  });

  test('takes nothing else where SECUR32_PREBUILD names nothing', async () => {
    const installed = install('esbuild.js');
    putAddon(join(installed.folder, PREBUILT));
    const named = join(temporaryFolder(), 'nowhere');
    const outcome = await run(installed, { env: { SECUR32_PREBUILD: named } });
    const places = ['', '\\secur32.node', `\\win32-${process.arch}\\secur32.node`, `\\${PREBUILT}`];
    expect(outcome).toEqual(
      fails(
        'file not found',
        'Only these paths were tried:',
        ...places.map((at, i) => `  ${i + 1}. ${named}${at} (by SECUR32_PREBUILD): not found`),
        'What to do:',
        `  1. Set SECUR32_PREBUILD to ${NAMES}, or unset it.`,
      ),
    );
  });

  test('takes no SECUR32_PREBUILD that depends on the current folder', async () => {
    const installed = install('esbuild.js');
    putAddon(join(installed.folder, PREBUILT));
    expect(await run(installed, { env: { SECUR32_PREBUILD: 'prebuilds' } })).toEqual(
      fails(
        "SECUR32_PREBUILD must be a full path, not 'prebuilds'",
        'What to do:',
        `  1. Set SECUR32_PREBUILD to ${NAMES}, or unset it.`,
      ),
    );
  });

  test('that finds a folder or garbage beside it loads nothing else', async () => {
    const installed = install('esbuild.js');
    const beside = join(installed.folder, PREBUILT);
    mkdirSync(beside, { recursive: true });
    writeFileSync(join(beside, 'index.js'), "process.stdout.write('PLANTED')");
    const [found] = (await run(installed)).results as { message: string }[];
    expect(found?.message).toContain(`${beside} (beside the bundle`);
    expect(found?.message).toContain('a folder, not a file');

    rmSync(beside, { recursive: true });
    writeFileSync(beside, "process.stdout.write('PLANTED')");
    const outcome = await run(installed);
    expect(outcome.loaded).toEqual([]);
    expect(outcome.results).toEqual([expect.objectContaining({ code: 'ERR_SECUR32_LOAD_FAILED' })]);
  });

  test('in dist\\lib\\binding, even under the name of a file of ours, looks beside itself only', async () => {
    const installed = install('esbuild.js', 'addon-file.js', ['dist', 'lib', 'binding']);
    const outcome = await run(installed);
    expect(outcome.loaded).toEqual([]);
    const message = expect.stringContaining(
      `${join(installed.folder, PREBUILT)} (beside`,
    ) as unknown;
    expect(outcome.results).toEqual([expect.objectContaining({ message })]);
  });

  test('with the path of another machine written into it does not look there', async () => {
    const installed = install('esbuild.js');
    // Where the package was when it was bundled, and where others put files on this machine.
    const elsewhere = temporaryFolder();
    const file = join(elsewhere, 'dist', 'lib', 'binding', 'addon-file.js');
    for (const folder of [elsewhere, dirname(file)]) plant(folder);
    writeFileSync(file, "process.stdout.write('PLANTED')");
    const code = readFileSync(installed.file, 'utf8');
    const asked = 'typeof __filename === "string" ? __filename : void 0';
    expect(code.split(asked)).toHaveLength(2);
    writeFileSync(installed.file, code.split(asked).join(JSON.stringify(file)));
    const outcome = await run(installed);
    expect(outcome.loaded).toEqual([]);
    expect(outcome.results).toEqual([expect.objectContaining({ code: 'ERR_SECUR32_LOAD_FAILED' })]);
  });

  test.each([
    ['an ES module', 'esbuild-module.mjs', 'server.mjs'],
    ["webpack's mock of __filename", 'webpack-mock.js', 'server.js'],
    ["webpack's relative __filename", 'webpack-relative.js', 'server.js'],
  ])('that does not know its file looks nowhere: %s', async (_, bundle, name) => {
    const installed = install(bundle, name);
    putAddon(join(installed.folder, PREBUILT));
    expect(await run(installed)).toEqual(BUNDLER_TOOK_IT_AWAY);
  });

  test('that does not know its file loads what SECUR32_PREBUILD names', async () => {
    const installed = install('esbuild-module.mjs', 'server.mjs');
    const addon = putAddon(join(temporaryFolder(), 'secur32.node'));
    expect(await run(installed, { env: { SECUR32_PREBUILD: addon } })).toEqual(LOADS(addon));
  });

  // Any user may make folders in that of a drive.
  testOnWine('in the folder of a drive loads nothing beside it', async () => {
    const { root } = parse(temporaryFolder());
    const [file, planted] = [join(root, 'secur32-server.js'), join(root, PREBUILT)];
    copyFileSync(join(ROOT, 'build', 'bundles', 'esbuild.js'), file);
    try {
      putAddon(planted);
      const outcome = await runProgram(file, { cwd: root });
      expect(outcome).toEqual(
        fails(
          `${file} is in the root folder of a drive or share, where any user may create folders`,
          'What to do:',
          '  1. Move it to a folder of its own.',
          `  2. Or set SECUR32_PREBUILD, before the first call, to ${NAMES}.`,
        ),
      );
    } finally {
      rmSync(join(root, 'prebuilds'), { recursive: true, force: true });
      rmSync(file, { force: true });
    }
  });

  test('and a copy of the package that is not bundled work in one process', async () => {
    const installed = install('esbuild.js');
    const addon = putAddon(join(installed.folder, PREBUILT));
    const installedPackage = join(installed.folder, 'node_modules', 'secur32');
    installPackage(installedPackage);
    const args = [join(installedPackage, 'dist', 'lib', 'index.js')];
    const outcome = await run(installed, { args });
    expect(outcome.results).toEqual([true, true]);
    // The credentials of one copy are none to the other.
    const refused = 'ERR_SECUR32_INVALID_ARGUMENT';
    expect(outcome.steps).toEqual([true, refused, true, refused]);
    expect(outcome.loaded.sort()).toEqual([addon, join(installedPackage, PREBUILT)].sort());
  });
});

describe('the package as it is installed', () => {
  /** The program beside it, which is not bundled. */
  function installUnbundled(): Installed {
    const installed = install('esbuild.js');
    const folder = join(installed.folder, 'node_modules', 'secur32');
    rmSync(folder, { recursive: true });
    mkdirSync(join(folder, 'build', 'Release'), { recursive: true });
    putAddon(join(folder, 'build', 'Release', 'secur32.node'));
    putAddon(join(folder, 'secur32.node'));
    installPackage(folder);
    const file = join(folder, 'test', 'fixtures', 'bundled-program.js');
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(join(ROOT, 'test', 'fixtures', 'bundled-program.js'), file);
    return { folder, file };
  }

  test('loads the addon in its own prebuilds', async () => {
    const installed = installUnbundled();
    const addon = putAddon(join(installed.folder, PREBUILT));
    expect(await run(installed)).toEqual(LOADS(addon));
  });

  test('loads no other, and says which file is missing', async () => {
    const installed = installUnbundled();
    expect(await run(installed)).toEqual(
      fails(
        'file not found',
        'Only these paths were tried:',
        `  1. ${join(installed.folder, PREBUILT)} (in the package ${installed.folder}): not found`,
        'What to do:',
        '  1. Reinstall secur32: the published package contains this file.',
        '  2. In a clone of the repository, build the addon: npm run prebuild.',
        `  3. Or set SECUR32_PREBUILD, before the first call, to ${NAMES}.`,
      ),
    );
  });
});
