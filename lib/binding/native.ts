/** The only file that loads the addon. */

import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { win32 } from 'node:path';

import {
  besideCode,
  CODE_FILE,
  isFullPath,
  namedFiles,
  ownFolder,
  PREBUILD_VARIABLE,
  type Candidate,
} from './addon-file.js';
import { codedError } from '../core/errors.js';
import { loadError, type FailedLoad, type Looked } from './load-error.js';
import type { NativeBinding } from './native-binding.js';

const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];
/** Not published: only a clone of the repository has this file. */
const CLONE_LOADER = win32.join('dist', 'tools', 'native', 'clone-addon.js');

let loaded: NativeBinding | undefined;

/**
 * The addon, loaded on the first call. So the package can be imported on every
 * platform, and a program can decide at run time whether to use it.
 */
export function native(): NativeBinding {
  return (loaded ??= load());
}

function load(): NativeBinding {
  if (process.platform !== 'win32' || !ARCHITECTURES.includes(process.arch)) {
    throw codedError(
      'ERR_SECUR32_UNSUPPORTED_PLATFORM',
      `secur32 requires Windows on x64 or ARM64; this is ${process.platform} on ${process.arch}`,
    );
  }
  const binding = loadAddon();
  if (binding.missing !== undefined) {
    throw codedError(
      'ERR_SECUR32_LOAD_FAILED',
      `secur32: this system's Secur32.dll cannot be used: ${binding.missing} is missing`,
    );
  }
  return binding;
}

function loadAddon(): NativeBinding {
  const { arch } = process;
  const variable = process.env[PREBUILD_VARIABLE];
  // An empty variable counts as unset.
  const named = variable === '' ? undefined : variable;
  const failed = { arch, code: CODE_FILE, named, looked: [] };
  if (named !== undefined) {
    if (!isFullPath(named)) throw loadError(failed);
    return openFirst(namedFiles(named, arch), failed);
  }
  const beside = besideCode(CODE_FILE, arch);
  if (beside === undefined) throw loadError(failed);
  return loadInClone(failed) ?? openFirst([beside], failed);
}

/** The addon that was built in a clone of the repository; undefined elsewhere. */
function loadInClone(failed: FailedLoad): NativeBinding | undefined {
  const folder = ownFolder(CODE_FILE);
  if (folder === undefined || CODE_FILE?.bundled !== false) return undefined;
  const loader = win32.join(folder, CLONE_LOADER);
  if (foundAt(loader) !== 'the file') return undefined;
  try {
    const { loadCloneAddon } = createRequire(CODE_FILE.path)(loader) as {
      loadCloneAddon: (root: string) => unknown;
    };
    return loadCloneAddon(folder) as NativeBinding;
  } catch (cause) {
    throw loadError({ ...failed, cause });
  }
}

function foundAt(file: string): Looked['found'] {
  try {
    return statSync(file).isFile() ? 'the file' : 'a folder';
  } catch {
    return 'nothing';
  }
}

/** Opens the first candidate that is a file, and no other. */
function openFirst(candidates: readonly Candidate[], failed: FailedLoad): NativeBinding {
  const looked: Looked[] = [];
  for (const candidate of candidates) {
    const found = foundAt(candidate.file);
    looked.push({ ...candidate, found });
    if (found !== 'the file') continue;
    try {
      return open(candidate.file);
    } catch (cause) {
      throw loadError({ ...failed, looked, cause });
    }
  }
  throw loadError({ ...failed, looked });
}

/**
 * Opens exactly this file: `require` would also try extensions and run files that
 * are not addons.
 */
function open(file: string): NativeBinding {
  const target: { exports: Partial<NativeBinding> } = { exports: {} };
  process.dlopen(target, win32.toNamespacedPath(file));
  const { missing, acquireCredentialsHandle } = target.exports;
  if (missing === undefined && typeof acquireCredentialsHandle !== 'function') {
    throw new Error(`${file} is not the secur32 addon`);
  }
  return target.exports as NativeBinding;
}
