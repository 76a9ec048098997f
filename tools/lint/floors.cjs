// The floors of lib: a file imports its own floor and those below. `secur32/house` in eslint.config.mjs.

const { dirname, relative, resolve, sep } = require('node:path');

/** From the ground up. */
const FLOORS = [
  'constants',
  'core',
  'binding',
  'channel-bindings',
  'raw',
  'identity',
  'context',
  'http',
];
/** Rooms of one floor that do not know one another. */
const NEIGHBOURS = [['http/server', 'http/client']];

/**
 * Why a file of lib must not import another one; undefined if it may.
 *
 * @param {string} from below lib, with slashes: `raw/leg.ts`
 * @param {string} to
 */
function whyNot(from, to) {
  const floorOf = (/** @type {string} */ file) => file.split('/')[0] ?? '';
  // The entry point of the package is the roof: it imports everything, and nobody imports it.
  if (!to.includes('/'))
    return `lib/${to} is the package's entry point, which no file of lib imports`;
  if (!from.includes('/')) return undefined;
  const [floor, other] = [FLOORS.indexOf(floorOf(from)), FLOORS.indexOf(floorOf(to))];
  if (floor < 0) return `lib/${floorOf(from)} is not a floor; tools/lint/floors.cjs lists them`;
  if (other < 0) return `lib/${floorOf(to)} is not a floor; tools/lint/floors.cjs lists them`;
  if (other > floor) {
    return `lib/${FLOORS[floor]} must not import lib/${FLOORS[other]}, which is above it`;
  }
  for (const rooms of NEIGHBOURS) {
    const here = rooms.find((room) => from.startsWith(`${room}/`));
    const there = rooms.find((room) => to.startsWith(`${room}/`));
    if (here !== undefined && there !== undefined && here !== there) {
      return `lib/${here} must not import lib/${there}; what both need is in lib/${floorOf(here)}`;
    }
  }
  return undefined;
}

/** @type {import('eslint').Rule.RuleModule} */
const floors = {
  meta: {
    type: 'problem',
    docs: { description: 'A file of lib imports its own floor and those below.' },
    schema: [{ type: 'object', properties: { lib: { type: 'string' } }, required: ['lib'] }],
  },
  create(context) {
    const { lib } = context.options[0];
    const inLib = (/** @type {string} */ file) => relative(lib, file).split(sep).join('/');
    const from = inLib(context.filename);

    /** @param {import('estree').Node} node @param {unknown} source */
    function check(node, source) {
      if (typeof source !== 'string' || !source.startsWith('.')) return;
      const target = inLib(resolve(dirname(context.filename), source));
      const message = target.startsWith('../')
        ? 'lib must not import what is not published with it'
        : whyNot(from, target);
      if (message !== undefined) context.report({ node, message });
    }

    /** `import … from`, `export … from`, `import()`. @param {any} node */
    const checkSource = (node) => {
      if (node.source !== null) check(node, node.source.value);
    };
    return {
      ImportDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      ImportExpression: checkSource,
      /** `import x = require()`, and types: `import('…').X` */
      TSExternalModuleReference(/** @type {any} */ node) {
        check(node, node.expression.value);
      },
      TSImportType(/** @type {any} */ node) {
        check(node, (node.source ?? node.argument?.literal)?.value);
      },
      CallExpression(/** @type {any} */ node) {
        if (node.callee.name === 'require') check(node, node.arguments[0]?.value);
      },
    };
  },
};

module.exports = { FLOORS, whyNot, house: { rules: { floors } } };
