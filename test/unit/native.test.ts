import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { NativeBinding } from '../../lib/native-binding.js';

/** dist/lib is two folders below the package, wherever that is. */
const PACKAGE_ROOT = join(__dirname, '..', '..', '..');

const nodeGypBuild = jest.fn<(folder: string) => unknown>();
const existsSync = jest.fn<(path: string) => boolean>();
jest.mock('node-gyp-build', () => nodeGypBuild);
jest.mock('node:fs', () => ({ ...jest.requireActual<object>('node:fs'), existsSync }));

const REAL = { platform: process.platform, arch: process.arch };

function pretend(platform: string, arch: string): void {
  Object.defineProperty(process, 'platform', { value: platform });
  Object.defineProperty(process, 'arch', { value: arch });
}

/** lib/native as it is when a program starts. */
function freshLoader(): () => NativeBinding {
  jest.resetModules();
  return jest.requireActual<{ native: () => NativeBinding }>('../../lib/native.js').native;
}

function thrownBy(call: () => unknown): Error & { code?: string } {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

beforeEach(() => {
  nodeGypBuild.mockReset();
  existsSync.mockReset();
  pretend('win32', 'x64');
});

afterEach(() => {
  pretend(REAL.platform, REAL.arch);
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
        message: `secur32 needs Windows on x64 or ARM64; this is ${platform} on ${arch}`,
      }),
    );
    expect(nodeGypBuild).not.toHaveBeenCalled();
  });
});

describe('on Windows', () => {
  test.each([['x64'], ['arm64']])('nothing is loaded before the first call (%s)', (arch) => {
    pretend('win32', arch);
    const binding = {};
    nodeGypBuild.mockReturnValue(binding);
    const native = freshLoader();
    expect(nodeGypBuild).not.toHaveBeenCalled();
    expect(native()).toBe(binding);
    expect(nodeGypBuild.mock.calls).toEqual([[PACKAGE_ROOT]]);
  });

  test('the addon is loaded once', () => {
    nodeGypBuild.mockReturnValue({});
    const native = freshLoader();
    expect(native()).toBe(native());
    expect(nodeGypBuild).toHaveBeenCalledTimes(1);
  });

  test('an addon that misses a function of Secur32.dll is not used', () => {
    nodeGypBuild.mockReturnValue({ missing: 'AcquireCredentialsHandleW' });
    const error = thrownBy(freshLoader());
    expect(error.code).toBe('ERR_SECUR32_LOAD_FAILED');
    expect(error.message).toBe(
      "secur32: this system's Secur32.dll could not be used: AcquireCredentialsHandleW is missing",
    );
  });

  test('a call after a failed load tries again', () => {
    nodeGypBuild.mockImplementationOnce(() => {
      throw new Error('locked');
    });
    const native = freshLoader();
    expect(native).toThrow(expect.objectContaining({ code: 'ERR_SECUR32_LOAD_FAILED' }));
    const binding = {};
    nodeGypBuild.mockReturnValue(binding);
    expect(native()).toBe(binding);
  });
});

describe('an addon that cannot be loaded', () => {
  const prebuilt = (arch: string) =>
    join(PACKAGE_ROOT, 'prebuilds', `win32-${arch}`, 'secur32.node');

  /** The error of a load that fails with `reason`. */
  function loadError(reason: unknown, exists: boolean): Error & { code?: string } {
    existsSync.mockReturnValue(exists);
    nodeGypBuild.mockImplementation(() => {
      throw reason;
    });
    return thrownBy(freshLoader());
  }

  test('and is there: the error says what may keep it from loading', () => {
    const cause = new Error('The specified module could not be found.\nsecond line');
    const error = loadError(cause, true);
    expect(error).toMatchObject({ code: 'ERR_SECUR32_LOAD_FAILED', cause });
    const lines = error.message.split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe(
      'secur32: the addon for win32-x64 could not be loaded: The specified module could not be found.',
    );
    expect(lines[1]).toContain(`${prebuilt('x64')} exists`);
    expect(lines[2]).toContain('asarUnpack');
    expect(existsSync.mock.calls).toEqual([[prebuilt('x64')]]);
  });

  test('and is not there: the error says how to get it', () => {
    pretend('win32', 'arm64');
    const error = loadError(new Error('No native build was found'), false);
    const lines = error.message.split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe(
      'secur32: the addon for win32-arm64 could not be loaded: No native build was found',
    );
    expect(lines[1]).toContain(`${prebuilt('arm64')} is not there`);
    expect(lines[2]).toContain('npm run prebuild');
  });

  test('has a reason of any type', () => {
    const error = loadError('just a string', false);
    expect(error.message.split('\n')[0]).toContain('could not be loaded: just a string');
    expect(error.cause).toBe('just a string');
  });
});
