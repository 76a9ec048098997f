import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

const ROOT = join(__dirname, '..', '..', '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replaceAll('\r\n', '\n');

// test/native/examples and http-examples run the examples, so the README's are, too.
test.each(['hello.mjs', 'server.mjs', 'client.mjs'])(
  'the README shows examples/%s as it is',
  (name) => {
    const example = readFileSync(join(ROOT, 'examples', name), 'utf8').replaceAll('\r\n', '\n');
    const code = example.slice(example.indexOf('\n\n') + 2);
    expect(readme).toContain(`\`\`\`js\n${code}\`\`\``);
  },
);
