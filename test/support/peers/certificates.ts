/** Certificates for servers of this machine, made by openssl. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerCertificate {
  /** Files of PEM. */
  certificate: string;
  key: string;
  /** Both in one, as HAProxy wants it. */
  bundle: string;
}

const KEYS = {
  rsa: ['-newkey', 'rsa:2048'],
  ecdsa: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ed25519: ['-newkey', 'ed25519'],
} as const;

/** A certificate that is its own authority, for a host of the testbed. */
export function selfSigned(host: string, key: keyof typeof KEYS = 'rsa'): ServerCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'secur32-certificate-'));
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-nodes', '-days', '2', '-subj', `/CN=${host}`],
      ...['-addext', `subjectAltName=DNS:${host}`, ...KEYS[key]],
      ...['-keyout', files.key, '-out', files.certificate],
    ],
    { stdio: 'ignore' },
  );
  const bundle = join(folder, 'bundle.pem');
  writeFileSync(bundle, readFileSync(files.certificate, 'utf8') + readFileSync(files.key, 'utf8'));
  return { ...files, bundle };
}
