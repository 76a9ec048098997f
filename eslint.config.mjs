import eslint from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

import floors from './tools/lint/floors.cjs';

export default tseslint.config(
  { ignores: ['build/', 'dist/', 'prebuilds/', 'node_modules/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Messages carry numbers and flags.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `import x = require()` is how TypeScript writes a CommonJS import.
      '@typescript-eslint/no-require-imports': ['error', { allowAsImport: true }],
    },
  },
  {
    files: ['lib/**/*.ts'],
    plugins: { house: floors.house },
    rules: {
      'house/floors': ['error', { lib: `${import.meta.dirname}/lib` }],
      // What comes from JavaScript callers may be anything, whatever its type says.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    languageOptions: { globals: globals.node },
  },
);
