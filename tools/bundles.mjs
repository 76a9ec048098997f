// The bundles for test/native/bundles.test.ts, of what is compiled: esbuild and webpack run on the host, and not in
// Windows' node.exe under Wine.

import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';
import webpack from 'webpack';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Below the project that is bundled. */
export const BUNDLES = 'build/bundles';
const PROGRAM = 'test/fixtures/bundled-program.js';

/** An ES module has no `require`, which what is bundled calls. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** @param {string} project @returns {Promise<void>} */
async function withEsbuild(project) {
  const options = {
    entryPoints: [join(project, PROGRAM)],
    bundle: true,
    platform: /** @type {const} */ ('node'),
    target: 'node20',
    logLevel: /** @type {const} */ ('silent'),
  };
  const output = join(project, BUNDLES);
  const results = [
    await build({ ...options, outfile: join(output, 'esbuild.js') }),
    await build({
      ...options,
      format: 'esm',
      banner: { js: REQUIRE },
      outfile: join(output, 'esbuild-module.mjs'),
    }),
  ];
  const warnings = results.flatMap((result) => result.warnings.map(({ text }) => text));
  if (warnings.length > 0) throw new Error(`esbuild warns: ${warnings.join('; ')}`);
}

/** @param {string} project @param {string} name @param {boolean | 'mock' | undefined} filename what webpack makes of `__filename` */
async function withWebpack(project, name, filename) {
  const compiler = webpack({
    context: project,
    entry: join(project, PROGRAM),
    target: 'node20',
    mode: 'production',
    devtool: false,
    optimization: { minimize: false },
    performance: false,
    ...(filename !== undefined && { node: { __filename: filename, __dirname: filename } }),
    output: { path: join(project, BUNDLES), filename: `${name}.js` },
  });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString('errors-warnings'));
}

/** @param {string} project a folder with dist and test/fixtures; npm packages are looked for from there up */
export async function makeBundles(project) {
  rmSync(join(project, BUNDLES), { recursive: true, force: true });
  mkdirSync(join(project, BUNDLES), { recursive: true });
  await withEsbuild(project);
  await withWebpack(project, 'webpack', undefined);
  await withWebpack(project, 'webpack-mock', 'mock');
  await withWebpack(project, 'webpack-relative', true);
}

/** @param {string} folder @returns {number} when what tsc compiles changed last */
function newest(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const scripts = files.filter((file) => file.endsWith('.js'));
  return Math.max(...scripts.map((file) => statSync(join(folder, file)).mtimeMs));
}

/** Where nothing changed there is nothing to do. */
async function makeBundlesIfChanged() {
  // The last one of them.
  const made = join(ROOT, BUNDLES, 'webpack-relative.js');
  const sources = Math.max(
    newest(join(ROOT, 'dist', 'lib')),
    statSync(join(ROOT, PROGRAM)).mtimeMs,
    statSync(fileURLToPath(import.meta.url)).mtimeMs,
  );
  if (existsSync(made) && statSync(made).mtimeMs > sources) return;
  await makeBundles(ROOT);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await makeBundlesIfChanged();
