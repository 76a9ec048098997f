/** The only file that loads the addon. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import nodeGypBuild = require('node-gyp-build');

import { codedError, type Secur32Error } from './errors.js';
import type { NativeBinding } from './native-binding.js';

const PACKAGE_ROOT = join(__dirname, '..', '..');
const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];

let loaded: NativeBinding | undefined;

/**
 * The addon, loaded on the first call: importing the package works on every
 * platform, so that a program can decide at run time.
 */
export function native(): NativeBinding {
  return (loaded ??= load());
}

function load(): NativeBinding {
  if (process.platform !== 'win32' || !ARCHITECTURES.includes(process.arch)) {
    throw codedError(
      'ERR_SECUR32_UNSUPPORTED_PLATFORM',
      `secur32 needs Windows on x64 or ARM64; this is ${process.platform} on ${process.arch}`,
    );
  }
  let binding: NativeBinding;
  try {
    binding = nodeGypBuild(PACKAGE_ROOT) as NativeBinding;
  } catch (cause) {
    throw loadError(cause);
  }
  if (binding.missing !== undefined) {
    throw codedError(
      'ERR_SECUR32_LOAD_FAILED',
      `secur32: this system's Secur32.dll could not be used: ${binding.missing} is missing`,
    );
  }
  return binding;
}

function loadError(cause: unknown): Secur32Error {
  const prebuilt = join(PACKAGE_ROOT, 'prebuilds', `win32-${process.arch}`, 'secur32.node');
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  const advice = existsSync(prebuilt)
    ? [
        `1. ${prebuilt} exists but could not be loaded; a virus scanner or an incomplete install may be the reason.`,
        '2. Packed into an Electron asar archive, it must be unpacked (asarUnpack: "**/*.node").',
      ]
    : [
        `1. ${prebuilt} is not there. The published package contains it: reinstall secur32, and tell your bundler to keep the folder prebuilds.`,
        '2. In a clone of the repository, build it: npm run prebuild.',
      ];
  return codedError(
    'ERR_SECUR32_LOAD_FAILED',
    [`secur32: the addon for win32-${process.arch} could not be loaded: ${reason}`, ...advice].join(
      '\n',
    ),
    { cause },
  );
}
