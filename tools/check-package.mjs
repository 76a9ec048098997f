// npm run check:package: packs what would be published, and checks it before
// anybody installs it: what is in it and what is not, that both module systems
// get the same classes, and that its binary loads.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

import { run } from './testbed/index.mjs';
import { Failure, reportError } from './support/failure.mjs';

const require = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Inside the checkout, where the testbed sees it. */
const CONSUMER = 'build/consumer';
const INSTALLED = `${CONSUMER}/node_modules/secur32`;

const REQUIRED = [
  'LICENSE',
  'README.md',
  'package.json',
  ...['index', 'raw/index', 'http/index'].flatMap((entry) =>
    ['js', 'mjs', 'd.ts', 'd.mts'].map((ending) => `dist/lib/${entry}.${ending}`),
  ),
  'prebuilds/win32-arm64/secur32.node',
  'prebuilds/win32-x64/secur32.node',
];
/**
 * On sight of binding.gyp npm would compile, and with dist/tools/native/clone-addon.js the package would take itself
 * for a clone; the rest is of no use to anybody.
 */
const FORBIDDEN =
  /^(binding\.gyp|CMakeLists\.txt|src-native|lib|test|tools|docs|examples|dist\/(?!lib\/))|\.tsbuildinfo$/;

const PROGRAM = `
const assert = require('node:assert');
const path = require('node:path');
const { Credentials, SspiError } = require('secur32');
const raw = require('secur32/raw');
assert.strictEqual(raw.SspiError, SspiError);
import('secur32').then(async (esm) => {
  assert.strictEqual(esm.Credentials, Credentials);
  if (process.platform === 'win32') {
    assert.ok(raw.enumerateSecurityPackages().length > 0);
  } else {
    await assert.rejects(Credentials.acquire({ package: 'NTLM', use: 'inbound' }), {
      code: 'ERR_SECUR32_UNSUPPORTED_PLATFORM',
    });
  }
  // What loads the addon in a clone is in no package that is installed.
  const foreign = Object.keys(require.cache).filter((file) => /node-gyp-build|clone-addon/.test(file));
  assert.deepStrictEqual(foreign, []);
  const own = path.dirname(require.resolve('secur32/package.json'));
  assert.strictEqual(own, path.join(__dirname, 'node_modules', 'secur32'));
  process.report.excludeNetwork = true;
  const addons = process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node'));
  const addon = path.join(own, 'prebuilds', 'win32-' + process.arch, 'secur32.node');
  assert.deepStrictEqual(addons, process.platform === 'win32' ? [addon] : []);
  console.log('ok   loads on ' + process.platform + ' ' + process.arch);
}).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
`;

/** @param {string} program @param {string[]} args */
function output(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Failure(`${program} ${args[0]} failed: ${stderr}`);
  return stdout;
}

/** Packs, and unpacks as an installation would. @returns {string[]} the files of the package */
function pack() {
  rmSync(join(ROOT, CONSUMER), { recursive: true, force: true });
  mkdirSync(join(ROOT, INSTALLED), { recursive: true });
  // Without a package.json of its own the consumer would belong to this checkout, and `secur32` would be the checkout itself.
  writeFileSync(join(ROOT, CONSUMER, 'package.json'), JSON.stringify({ private: true }));
  const [{ filename, files }] = JSON.parse(
    output('npm', 'pack', '--json', `--pack-destination=${CONSUMER}`),
  );
  output('tar', '-xzf', `${CONSUMER}/${filename}`, '-C', INSTALLED, '--strip-components=1');
  // They have none of their own.
  for (const name of Object.keys(require('../package.json').dependencies)) {
    const dependency = dirname(require.resolve(`${name}/package.json`));
    output('cp', '-r', dependency, `${CONSUMER}/node_modules/`);
  }
  return files.map(({ path }) => path);
}

/** A checkout in which nothing was built must not become a package without code. */
function checkRefusal() {
  const unbuilt = join(ROOT, 'build', 'unbuilt');
  rmSync(unbuilt, { recursive: true, force: true });
  for (const file of ['package.json', 'tools/prepack.mjs', 'tools/support/failure.mjs']) {
    cpSync(join(ROOT, file), join(unbuilt, file));
  }
  const { status, stderr } = spawnSync('npm', ['pack'], { cwd: unbuilt, encoding: 'utf8' });
  const refused = status !== 0 && stderr.includes('run `npm run prebuild`');
  const packed = readdirSync(unbuilt).some((file) => file.endsWith('.tgz'));
  if (!refused || packed) throw new Failure('npm pack does not refuse what was not built (P2)');
  console.log('ok   a checkout that was not built is not packed');
}

/** @param {string[]} files */
function checkFiles(files) {
  const missing = REQUIRED.filter((file) => !files.includes(file));
  const superfluous = files.filter((file) => FORBIDDEN.test(file));
  if (missing.length > 0) throw new Failure(`missing in the package: ${missing.join(', ')}`);
  if (superfluous.length > 0) throw new Failure(`not for the package: ${superfluous.join(', ')}`);
  console.log(`ok   ${files.length} files, nothing missing and nothing too much`);
}

async function checkManifest() {
  const { messages, pkg } = await publint({ pkgDir: join(ROOT, INSTALLED), strict: true });
  if (messages.length > 0) {
    throw new Failure(messages.map((message) => formatMessage(message, pkg)).join('\n'));
  }
  console.log('ok   publint');
}

async function checkLoading() {
  const program = `${CONSUMER}/load.cjs`;
  writeFileSync(join(ROOT, program), PROGRAM);
  process.stdout.write(output(process.execPath, program));
  if (process.platform === 'linux' && (await run(['node', program])) !== 0) {
    throw new Failure('the package does not load in Windows node.exe');
  }
}

try {
  checkRefusal();
  checkFiles(pack());
  await checkManifest();
  await checkLoading();
} catch (error) {
  reportError('check:package', error);
  process.exitCode = 1;
}
