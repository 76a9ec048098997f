// An authority and a certificate by it, as long as the demo.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];

/**
 * Makes them with openssl. Browsers take no certificate that is its own
 * authority for a server's.
 *
 * @param {string} folder where to
 * @param {string} host
 */
export function makeCertificates(folder, host) {
  const file = (name) => join(folder, name);
  const openssl = (...args) =>
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const authority = ['-keyout', file('authority-key.pem'), '-out', file('authority.pem')];
  openssl('req', '-x509', ...KEY, '-subj', '/CN=secur32 demo', ...authority);
  openssl(
    ...['req', '-x509', ...KEY, '-subj', `/CN=${host}`],
    ...['-CA', file('authority.pem'), '-CAkey', file('authority-key.pem')],
    ...['-addext', `subjectAltName=DNS:${host}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'],
    ...['-keyout', file('key.pem'), '-out', file('certificate.pem')],
  );
  return {
    authority: file('authority.pem'),
    certificate: file('certificate.pem'),
    key: file('key.pem'),
  };
}
