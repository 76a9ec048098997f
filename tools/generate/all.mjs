// Runs every generator.
//
//   npm run generate                        writes the generated files
//   node tools/generate/all.mjs --check     fails if one is out of date

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const GENERATORS = ['constants.mjs', 'attributes.mjs', 'host-symbols.mjs'];

for (const generator of GENERATORS) {
  const file = fileURLToPath(new URL(generator, import.meta.url));
  const { status } = spawnSync(process.execPath, [file, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
