'use strict';

const { version } = require('node:os');
const { enumerateSecurityPackages } = require('secur32/raw');

/** Where the demo runs. */
function system() {
  return {
    node: process.version,
    arch: process.arch,
    windows: process.env.SECUR32_TESTBED ?? version(),
    packages: enumerateSecurityPackages().map(({ name }) => name),
  };
}

module.exports = { system };
