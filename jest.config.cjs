// jest runs the compiled tests: under Wine, where the suites run on Linux, a
// transform would cost more than the tests.
const HERE = process.platform === 'win32' ? ['unit', 'native', 'lifecycle'] : ['unit'];

// Other folders need what tools/suites.mjs says.
const folders = process.env.SECUR32_TEST_FOLDERS?.split(',') ?? HERE;
const files = process.env.SECUR32_TEST_FILES ?? '*';

/** @type {import('jest').Config} */
module.exports = {
  testMatch: folders.map((folder) => `<rootDir>/dist/test/${folder}/**/${files}.test.js`),
  testEnvironment: 'node',
  // Writes down what the tests drive, for docs/coverage.md.
  setupFilesAfterEnv: process.env.SECUR32_TEST_COVERAGE
    ? ['<rootDir>/dist/test/instruments/support/coverage/setup.js']
    : [],
  transform: {},
  // Windows file systems under Wine have no watcher and no native find.
  haste: { forceNodeFilesystemAPI: true },
  watchman: false,
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/tools/testbed/'],
  testTimeout: 30_000 * Number(process.env.SECUR32_TEST_PATIENCE ?? 1),
};
