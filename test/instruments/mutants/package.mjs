// Faults of what is installed: the loader, the bundle.

/** @type {import('./mutants.mjs').Mutant[]} */
export const packageMutants = [
  {
    name: 'a bundle looks for the addon two folders above itself',
    test: { file: 'unit/addon-file', title: 'of a bundle is in the folder of the bundle' },
    changes: [
      {
        file: 'dist/lib/binding/addon-file.js',
        text: 'const own = code.bundled ? folder : ',
        becomes: 'const own = ',
      },
    ],
  },
  {
    name: 'a path that a bundler wrote is believed',
    test: { file: 'unit/addon-file', title: 'is not what a bundler wrote of another machine' },
    changes: [
      {
        file: 'dist/lib/binding/addon-file.js',
        text: '!isModule && filename !== executable && !isLoaded(filename)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'a bundle takes itself for the package because of its path',
    test: { file: 'unit/addon-file', title: 'under any other name and in any other folder' },
    changes: [
      {
        file: 'dist/lib/binding/addon-file.js',
        text: "node_path_1.win32.join('dist', 'lib', 'binding', 'addon-file.js')",
        becomes: "'addon-file.js'",
      },
    ],
  },
  {
    name: "an addon is loaded from a drive's own folder",
    test: { file: 'unit/addon-file', title: 'is not in the folder of a drive or share' },
    changes: [
      {
        file: 'dist/lib/binding/addon-file.js',
        text: 'return isRoot(own) ? undefined : own;',
        becomes: 'return own;',
      },
    ],
  },
  {
    name: 'SECUR32_PREBUILD depends on the current folder',
    test: { file: 'unit/native', title: 'nothing, where SECUR32_PREBUILD is no full path' },
    changes: [
      {
        file: 'dist/lib/binding/native.js',
        text: 'if (!(0, addon_file_js_1.isFullPath)(named))',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'another addon is taken where SECUR32_PREBUILD names none',
    test: {
      file: 'unit/native',
      title: 'with SECUR32_PREBUILD: what that names, and nothing else',
    },
    changes: [
      {
        file: 'dist/lib/binding/native.js',
        text: 'return openFirst((0, addon_file_js_1.namedFiles)(named, arch), failed);',
        becomes:
          'try { return openFirst((0, addon_file_js_1.namedFiles)(named, arch), failed); } catch { }',
      },
    ],
  },
  {
    name: 'a bundle runs the loader of a clone above it',
    test: { file: 'unit/native', title: 'of a bundle: the one file beside it' },
    changes: [
      {
        file: 'dist/lib/binding/native.js',
        text: ' || addon_file_js_1.CODE_FILE?.bundled !== false',
        becomes: '',
      },
    ],
  },
];
