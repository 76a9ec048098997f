/** Where the addon may be: one file, and never above what the code itself came from. */

import { describe, expect, test } from '@jest/globals';

import {
  besideCode,
  codeFile,
  isFullPath,
  namedFiles,
  ownFolder,
  type CodeFile,
  type Running,
} from '../../lib/binding/addon-file.js';

const OWN = 'C:\\app\\node_modules\\secur32\\dist\\lib\\binding\\addon-file.js';
const BUNDLE = 'C:\\app\\server.js';

/** A bundle that Node.js loaded from its file. */
function running(changes: Partial<Running> = {}): Running {
  return {
    filename: BUNDLE,
    moduleFilename: undefined,
    isLoaded: (file) => file === BUNDLE,
    executable: 'C:\\Program Files\\nodejs\\node.exe',
    ...changes,
  };
}

const found = (changes: Partial<Running>) => codeFile(running(changes));
const fileOf = (code: CodeFile | undefined) => besideCode(code, 'x64')?.file;

describe('the file that the code runs from', () => {
  test('is that of the package, where Node.js loaded that as a module of its own', () => {
    expect(found({ filename: OWN, moduleFilename: OWN })).toEqual({ path: OWN, bundled: false });
  });

  test('is that of the bundle otherwise', () => {
    expect(found({})).toEqual({ path: BUNDLE, bundled: true });
  });

  test.each([
    ['which was never loaded', { filename: 'C:\\build\\app\\server.js' }],
    ['of the package where it was bundled', { filename: OWN }],
    [
      'of the package, beside the module of another file',
      { filename: OWN, moduleFilename: BUNDLE },
    ],
  ])('is not what a bundler wrote of another machine: a path %s', (_, changes) => {
    expect(found(changes)).toBeUndefined();
  });

  test.each([
    ['nothing', undefined],
    ["webpack's mock", '/index.js'],
    ["webpack's relative path", 'node_modules\\secur32\\dist\\lib\\binding\\addon-file.js'],
    ['a path on the current drive', '\\app\\server.js'],
    ['a path in the current folder of a drive', 'C:server.js'],
  ])('is not %s, even if something of that name was loaded', (_, filename) => {
    expect(found({ filename, moduleFilename: filename, isLoaded: () => true })).toBeUndefined();
  });

  test('is the program, where that is a single executable application', () => {
    const executable = 'C:\\app\\server.exe';
    const code = found({ filename: executable, executable });
    expect(code).toEqual({ path: executable, bundled: true });
    expect(fileOf(code)).toBe('C:\\app\\prebuilds\\win32-x64\\secur32.node');
  });

  test.each([
    ['C:\\app\\dist\\lib\\binding\\native.js'],
    ['C:\\app\\dist\\lib\\index.js'],
    ['C:\\app\\dist\\lib\\addon-file.js'],
    ['C:\\app\\lib\\binding\\addon-file.js'],
    ['C:\\app\\dist\\binding\\addon-file.js'],
    ['C:\\app\\dist\\libs\\binding\\addon-file.js'],
    ['C:\\app\\my-dist\\lib\\binding\\addon-file.js'],
  ])('is a bundle under any other name and in any other folder: %s', (file) => {
    expect(found({ filename: file, moduleFilename: file })).toEqual({ path: file, bundled: true });
  });
});

describe('the addon', () => {
  test('of the package that is on a share is below it', () => {
    expect(
      ownFolder({
        path: '\\\\server\\share\\app\\dist\\lib\\binding\\addon-file.js',
        bundled: false,
      }),
    ).toBe('\\\\server\\share\\app');
  });

  test('of the package is in its own prebuilds', () => {
    expect(besideCode({ path: OWN, bundled: false }, 'arm64')).toEqual({
      file: 'C:\\app\\node_modules\\secur32\\prebuilds\\win32-arm64\\secur32.node',
      why: 'in the package C:\\app\\node_modules\\secur32',
    });
  });

  test('of a bundle is in the folder of the bundle, and not above', () => {
    expect(besideCode({ path: BUNDLE, bundled: true }, 'x64')).toEqual({
      file: 'C:\\app\\prebuilds\\win32-x64\\secur32.node',
      why: `beside the bundle ${BUNDLE}`,
    });
    expect(fileOf({ path: OWN, bundled: true })).toBe(
      'C:\\app\\node_modules\\secur32\\dist\\lib\\binding\\prebuilds\\win32-x64\\secur32.node',
    );
  });

  test.each([
    ['a bundle', { path: 'C:\\server.js', bundled: true }],
    ['a bundle on a share', { path: '\\\\server\\share\\server.js', bundled: true }],
    ['a bundle by its long path', { path: '\\\\?\\C:\\server.js', bundled: true }],
    ['the package', { path: 'C:\\dist\\lib\\binding\\addon-file.js', bundled: false }],
  ])('is not in the folder of a drive or share, where any user may make folders: %s', (_, code) => {
    expect(ownFolder(code)).toBeUndefined();
    expect(fileOf(code)).toBeUndefined();
  });

  test('is below a folder of a share', () => {
    expect(fileOf({ path: '\\\\server\\share\\app\\server.js', bundled: true })).toBe(
      '\\\\server\\share\\app\\prebuilds\\win32-x64\\secur32.node',
    );
  });

  test('is nowhere where the file of the code is not known', () => {
    expect(fileOf(undefined)).toBeUndefined();
  });
});

describe('SECUR32_PREBUILD', () => {
  test('names the addon, or a folder with it, or with one for each architecture', () => {
    expect(namedFiles('D:\\addons', 'arm64').map(({ file }) => file)).toEqual([
      'D:\\addons',
      'D:\\addons\\secur32.node',
      'D:\\addons\\win32-arm64\\secur32.node',
      'D:\\addons\\prebuilds\\win32-arm64\\secur32.node',
    ]);
  });

  test.each(['C:\\addons', 'C:/addons/', '\\\\server\\share\\addons', '\\\\?\\C:\\addons'])(
    'is a full path: %s',
    (path) => {
      expect(isFullPath(path)).toBe(true);
    },
  );

  test.each([
    '',
    '.',
    '..',
    'prebuilds',
    '.\\prebuilds',
    '\\prebuilds',
    '/prebuilds',
    'C:',
    'C:prebuilds',
  ])('is no path that depends on the current folder or drive: %j', (path) => {
    expect(isFullPath(path)).toBe(false);
  });
});
