// jest runs the compiled tests: under Wine, where the suites run on Linux, a
// transform would cost more than the tests.
function suites() {
  // The addon in which allocations fail, and the package that does what a test
  // says, are there only where tools/test.mjs says so.
  if (process.env.SECUR32_TEST_FAULTS) return ['faults'];
  if (process.env.SECUR32_TEST_SCRIPTED) return ['scripted'];
  return process.platform === 'win32' ? ['unit', 'native', 'lifecycle'] : ['unit'];
}

/** @type {import('jest').Config} */
module.exports = {
  testMatch: suites().map((folder) => `<rootDir>/dist/test/${folder}/**/*.test.js`),
  testEnvironment: 'node',
  transform: {},
  // Windows file systems under Wine have no watcher and no native find.
  haste: { forceNodeFilesystemAPI: true },
  watchman: false,
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/test/testbed/'],
  testTimeout: 30_000,
};
