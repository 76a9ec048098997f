// Takes the place of dist/lib/binding/native.js, which only loads the addon on Windows: loads the
// one of this copy of the package, built for Linux.
const { join } = require('node:path');

const FILE = join(
  __dirname,
  '..',
  '..',
  '..',
  'prebuilds',
  `win32-${process.arch}`,
  'secur32.node',
);

let loaded;

function load() {
  const target = { exports: {} };
  process.dlopen(target, FILE);
  if (target.exports.missing !== undefined) throw new Error(`${target.exports.missing} is missing`);
  return target.exports;
}

exports.native = () => (loaded ??= load());
