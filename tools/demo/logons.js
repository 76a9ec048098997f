'use strict';

const { randomBytes } = require('node:crypto');
const { hostname, userInfo } = require('node:os');

/**
 * @typedef {object} Logon
 * @property {string} title
 * @property {string} package
 * @property {string} user who logs on, for people
 * @property {object} [authIdentity] absent for the user of the process
 * @property {object} client options of the ClientContext
 * @property {string} [expectedError] the status that refuses it
 */

/** A domain of our own: what the testbed's environment describes. @returns {Logon[]} */
function logonsOfTestbed() {
  const {
    SECUR32_TEST_REALM: realm,
    SECUR32_TEST_DOMAIN: domain,
    SECUR32_TEST_USER: user,
    SECUR32_TEST_PASSWORD: password,
    SECUR32_TEST_SPN: targetName,
  } = process.env;
  return [
    {
      title: 'Kerberos, with the ticket that the user has',
      package: 'Kerberos',
      user: `${user}@${realm}`,
      client: { targetName, mutualAuth: true, protection: 'encrypt' },
    },
    {
      title: 'NTLM, with a password',
      package: 'NTLM',
      user: `${domain}\\${user}`,
      authIdentity: { user, domain, password },
      client: { targetName, protection: 'encrypt' },
    },
    {
      title: 'NTLM, with a wrong password',
      package: 'NTLM',
      user: `${domain}\\${user}`,
      authIdentity: { user, domain, password: `not ${password}` },
      client: { targetName },
      expectedError: 'SEC_E_LOGON_DENIED',
    },
  ];
}

/**
 * The machine of whoever runs the demo: the current user over loopback. A wrong
 * password for a real account could lock it, so a user who does not exist is
 * refused instead.
 *
 * @returns {Logon[]}
 */
function logonsOfCurrentUser() {
  const { username } = userInfo();
  const user = process.env.USERDOMAIN ? `${process.env.USERDOMAIN}\\${username}` : username;
  const nobody = `nobody-${randomBytes(6).toString('hex')}`;
  return [
    {
      title: 'Negotiate, as the current user',
      package: 'Negotiate',
      user,
      client: { targetName: `HOST/${hostname()}`, protection: 'encrypt' },
    },
    {
      title: 'NTLM, as the current user',
      package: 'NTLM',
      user,
      client: { protection: 'encrypt' },
    },
    {
      title: 'NTLM, as a user who does not exist',
      package: 'NTLM',
      user: nobody,
      authIdentity: { user: nobody, domain: hostname(), password: randomBytes(12).toString('hex') },
      client: {},
      expectedError: 'SEC_E_LOGON_DENIED',
    },
  ];
}

function logonsOfThisMachine() {
  return process.env.SECUR32_TESTBED ? logonsOfTestbed() : logonsOfCurrentUser();
}

module.exports = { logonsOfThisMachine };
