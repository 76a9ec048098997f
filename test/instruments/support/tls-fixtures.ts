/** Certificates of tests with their keys, in one text each. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const fixture = (name: string): string =>
  readFileSync(join(__dirname, '../../../../test/fixtures', `${name}.pem`), 'utf8');

export const ECDSA_PEM = fixture('tls.sspi.test');
export const RSA_PEM = fixture('tls-rsa.sspi.test');
/** Channel bindings are not defined for it. */
export const ED25519_PEM = fixture('tls-ed25519.sspi.test');

/** The bytes of a certificate. */
export const derOf = (pem: string): Buffer => new X509Certificate(pem).raw;

/** The certificate alone, without its key. */
export const certificateOf = (pem: string): string =>
  /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/s.exec(pem)?.[0] ?? '';
