// Before `npm pack` and `npm publish`: compiles, and refuses to pack a package without its binaries. Quiet where all
// is well, because `npm pack --json` prints on the same stream.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Failure, reportError } from './support/failure.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BINARIES = ['win32-x64', 'win32-arm64'].map((folder) => `prebuilds/${folder}/secur32.node`);

function compile() {
  if (!existsSync(`${ROOT}node_modules/typescript`)) {
    throw new Failure('the development dependencies are not installed; run `npm ci`');
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/compile.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Failure(`the TypeScript does not compile:\n${stdout}${stderr}`);
}

function requireBinaries() {
  const missing = BINARIES.filter((file) => !existsSync(`${ROOT}${file}`));
  if (missing.length === 0) return;
  throw new Failure(
    `the package would have no ${missing.join(' and no ')}; run \`npm run prebuild\` (released binaries come from the Windows jobs of CI)`,
  );
}

try {
  requireBinaries();
  compile();
} catch (error) {
  reportError('prepack', error);
  process.exitCode = 1;
}
