import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { CodeFile } from '../../lib/binding/addon-file.js';
import type { NativeBinding } from '../../lib/binding/native-binding.js';

type AddonFile = typeof import('../../lib/binding/addon-file.js');

const PACKAGE: CodeFile = {
  path: 'C:\\app\\node_modules\\secur32\\dist\\lib\\binding\\addon-file.js',
  bundled: false,
};
const BUNDLE: CodeFile = { path: 'C:\\app\\server.js', bundled: true };
const IN_PACKAGE = (arch: string) =>
  `C:\\app\\node_modules\\secur32\\prebuilds\\win32-${arch}\\secur32.node`;
const BESIDE_BUNDLE = 'C:\\app\\prebuilds\\win32-x64\\secur32.node';
const CLONE_LOADER = 'C:\\app\\node_modules\\secur32\\dist\\tools\\native\\clone-addon.js';

const ADDON = { acquireCredentialsHandle: () => undefined };

/** What the disk has: 'file' or 'folder' by path. */
let disk: Record<string, 'file' | 'folder'>;
let code: CodeFile | undefined;
const asked: string[] = [];
const statSync = jest.fn((path: string) => {
  asked.push(path);
  const kind = disk[path];
  if (kind === undefined) throw new Error('ENOENT');
  return { isFile: () => kind === 'file' };
});
const loadCloneAddon = jest.fn<(root: string) => unknown>();
const required: string[] = [];
const dlopen = jest.fn<(target: { exports: unknown }, file: string) => void>();

jest.mock('node:fs', () => ({ ...jest.requireActual<object>('node:fs'), statSync }));
jest.mock('node:module', () => ({
  createRequire: () => (file: string) => {
    required.push(file);
    return { loadCloneAddon };
  },
}));
jest.mock('../../lib/binding/addon-file.js', () => ({
  ...jest.requireActual<AddonFile>('../../lib/binding/addon-file.js'),
  get CODE_FILE() {
    return code;
  },
}));

const REAL = {
  platform: process.platform,
  arch: process.arch,
  dlopen: process.dlopen.bind(process),
  named: process.env['SECUR32_PREBUILD'],
};

function pretend(platform: string, arch: string): void {
  Object.defineProperty(process, 'platform', { value: platform });
  Object.defineProperty(process, 'arch', { value: arch });
}

function setVariable(value: string | undefined): void {
  if (value === undefined) delete process.env['SECUR32_PREBUILD'];
  else process.env['SECUR32_PREBUILD'] = value;
}

/** lib/binding/native as it is when a program starts. */
function freshLoader(): () => NativeBinding {
  jest.resetModules();
  return jest.requireActual<{ native: () => NativeBinding }>('../../lib/binding/native.js').native;
}

function thrownBy(call: () => unknown): Error & { code?: string } {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

const opened = () => dlopen.mock.calls.map(([, file]) => file);
/** As Windows takes paths that are not limited to 260 characters. */
const long = (file: string) => `\\\\?\\${file}`;

beforeEach(() => {
  disk = {};
  code = PACKAGE;
  asked.length = 0;
  required.length = 0;
  loadCloneAddon.mockReset();
  dlopen.mockReset();
  dlopen.mockImplementation((target) => {
    target.exports = ADDON;
  });
  process.dlopen = dlopen;
  setVariable(undefined);
  pretend('win32', 'x64');
});

afterEach(() => {
  pretend(REAL.platform, REAL.arch);
  process.dlopen = REAL.dlopen;
  setVariable(REAL.named);
});

describe('on another platform', () => {
  test.each([
    ['linux', 'x64'],
    ['darwin', 'arm64'],
    ['win32', 'ia32'],
  ])('%s on %s: the package can be imported, its first call throws', (platform, arch) => {
    pretend(platform, arch);
    const native = freshLoader();
    expect(native).toThrow(
      expect.objectContaining({
        code: 'ERR_SECUR32_UNSUPPORTED_PLATFORM',
        message: `secur32 requires Windows on x64 or ARM64; this is ${platform} on ${arch}`,
      }),
    );
    expect(asked).toEqual([]);
  });
});

describe('on Windows', () => {
  test.each([['x64'], ['arm64']])('nothing is loaded before the first call (%s)', (arch) => {
    pretend('win32', arch);
    disk[IN_PACKAGE(arch)] = 'file';
    const native = freshLoader();
    expect(asked).toEqual([]);
    expect(native()).toBe(ADDON);
    expect(opened()).toEqual([long(IN_PACKAGE(arch))]);
  });

  test('the addon is loaded once', () => {
    disk[IN_PACKAGE('x64')] = 'file';
    const native = freshLoader();
    expect(native()).toBe(native());
    expect(dlopen).toHaveBeenCalledTimes(1);
  });

  test('an addon that misses a function of Secur32.dll is not used', () => {
    disk[IN_PACKAGE('x64')] = 'file';
    dlopen.mockImplementation((target) => {
      target.exports = { missing: 'AcquireCredentialsHandleW' };
    });
    const error = thrownBy(freshLoader());
    expect(error.code).toBe('ERR_SECUR32_LOAD_FAILED');
    expect(error.message).toBe(
      "secur32: this system's Secur32.dll cannot be used: AcquireCredentialsHandleW is missing",
    );
  });

  test('an addon of another package is not used', () => {
    disk[IN_PACKAGE('x64')] = 'file';
    dlopen.mockImplementation(() => undefined);
    const error = thrownBy(freshLoader());
    expect(error.code).toBe('ERR_SECUR32_LOAD_FAILED');
    expect(error.message).toContain(`${IN_PACKAGE('x64')} is not the secur32 addon`);
  });

  test('a call after a failed load tries again', () => {
    const native = freshLoader();
    expect(native).toThrow(expect.objectContaining({ code: 'ERR_SECUR32_LOAD_FAILED' }));
    disk[IN_PACKAGE('x64')] = 'file';
    expect(native()).toBe(ADDON);
  });
});

describe('what is looked at', () => {
  test('in a clone of the repository node-gyp-build finds what was built', () => {
    const binding = {};
    disk[CLONE_LOADER] = 'file';
    disk[IN_PACKAGE('x64')] = 'file';
    loadCloneAddon.mockReturnValue(binding);
    expect(freshLoader()()).toBe(binding);
    expect(loadCloneAddon.mock.calls).toEqual([['C:\\app\\node_modules\\secur32']]);
    expect(required).toEqual([CLONE_LOADER]);
    expect(dlopen).not.toHaveBeenCalled();
  });

  test('of the installed package: whether it is a clone, and its own addon', () => {
    expect(freshLoader()).toThrow();
    expect(asked).toEqual([CLONE_LOADER, IN_PACKAGE('x64')]);
  });

  test('of a bundle: the one file beside it', () => {
    code = BUNDLE;
    expect(freshLoader()).toThrow();
    expect(asked).toEqual([BESIDE_BUNDLE]);
    disk[BESIDE_BUNDLE] = 'file';
    expect(freshLoader()()).toBe(ADDON);
    expect(opened()).toEqual([long(BESIDE_BUNDLE)]);
    expect(required).toEqual([]);
  });

  test.each([
    ['a bundler took away which file it is', undefined],
    ['the bundle lies in the folder of a drive', { path: 'C:\\server.js', bundled: true }],
  ])('nothing, where %s', (_, file) => {
    code = file;
    const error = thrownBy(freshLoader());
    expect(error.code).toBe('ERR_SECUR32_LOAD_FAILED');
    expect(error.message).not.toContain('paths were tried');
    expect(asked).toEqual([]);
  });

  test.each([
    ['the package', PACKAGE],
    ['a bundle', BUNDLE],
    ['a bundle that does not know its file', undefined],
  ])('of %s with SECUR32_PREBUILD: what that names, and nothing else', (_, file) => {
    code = file;
    disk = { [CLONE_LOADER]: 'file', [IN_PACKAGE('x64')]: 'file', [BESIDE_BUNDLE]: 'file' };
    setVariable('D:\\addons');
    const error = thrownBy(freshLoader());
    expect(error.code).toBe('ERR_SECUR32_LOAD_FAILED');
    expect(asked).toEqual([
      'D:\\addons',
      'D:\\addons\\secur32.node',
      'D:\\addons\\win32-x64\\secur32.node',
      'D:\\addons\\prebuilds\\win32-x64\\secur32.node',
    ]);
    disk['D:\\addons\\win32-x64\\secur32.node'] = 'file';
    disk['D:\\addons\\secur32.node'] = 'folder';
    expect(freshLoader()()).toBe(ADDON);
    expect(opened()).toEqual([long('D:\\addons\\win32-x64\\secur32.node')]);
  });

  test('nothing, where SECUR32_PREBUILD is no full path', () => {
    setVariable('prebuilds');
    const error = thrownBy(freshLoader());
    expect(error.message).toContain("SECUR32_PREBUILD must be a full path, not 'prebuilds'");
    expect(asked).toEqual([]);
  });

  test('an empty SECUR32_PREBUILD is one that is not set', () => {
    setVariable('');
    disk[IN_PACKAGE('x64')] = 'file';
    expect(freshLoader()()).toBe(ADDON);
  });
});

describe('an addon that cannot be loaded', () => {
  test('and is there: the error says what may keep it from loading', () => {
    disk[IN_PACKAGE('x64')] = 'file';
    const cause = new Error('The specified module could not be found.\nsecond line');
    dlopen.mockImplementation(() => {
      throw cause;
    });
    const error = thrownBy(freshLoader());
    expect(error).toMatchObject({ code: 'ERR_SECUR32_LOAD_FAILED', cause });
    expect(error.message.split('\n').slice(0, 6)).toEqual([
      'secur32: the addon for win32-x64 could not be loaded: The specified module could not be found.',
      'Only these paths were tried:',
      `  1. ${IN_PACKAGE('x64')} (in the package C:\\app\\node_modules\\secur32): found, but it could not be loaded`,
      'What to do:',
      '  1. A virus scanner or an incomplete copy may be the cause: install or copy the file again.',
      '  2. In an asar archive of Electron, unpack the file (asarUnpack: "**/*.node").',
    ]);
  });

  test('and is not there: the error says where it must be, and how to get it', () => {
    pretend('win32', 'arm64');
    const error = thrownBy(freshLoader());
    expect(error.cause).toBeUndefined();
    expect(error.message.split('\n').slice(0, 6)).toEqual([
      'secur32: the addon for win32-arm64 could not be loaded: file not found',
      'Only these paths were tried:',
      `  1. ${IN_PACKAGE('arm64')} (in the package C:\\app\\node_modules\\secur32): not found`,
      'What to do:',
      '  1. Reinstall secur32: the published package contains this file.',
      '  2. In a clone of the repository, build the addon: npm run prebuild.',
    ]);
  });

  test('and is a folder: the error says so', () => {
    disk[IN_PACKAGE('x64')] = 'folder';
    expect(thrownBy(freshLoader()).message).toContain('a folder, not a file');
    expect(dlopen).not.toHaveBeenCalled();
  });

  test('in a clone has the reason of node-gyp-build', () => {
    disk[CLONE_LOADER] = 'file';
    const cause = new Error('No native build was found\n  for a reason');
    loadCloneAddon.mockImplementation(() => {
      throw cause;
    });
    const error = thrownBy(freshLoader());
    expect(error).toMatchObject({ code: 'ERR_SECUR32_LOAD_FAILED', cause });
    expect(error.message).toContain('could not be loaded: No native build was found\n');
    expect(error.message).toContain('npm run prebuild');
  });

  test('has a reason of any type', () => {
    disk[IN_PACKAGE('x64')] = 'file';
    const reason: unknown = 'just a string';
    dlopen.mockImplementation(() => {
      throw reason;
    });
    const error = thrownBy(freshLoader());
    expect(error.message.split('\n')[0]).toContain('could not be loaded: just a string');
    expect(error.cause).toBe(reason);
  });
});
