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
  'rsa-pss': ['-newkey', 'rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ecdsa: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ed25519: ['-newkey', 'ed25519'],
} as const;

/** How a key of RSA signs if not in the older way; one of `rsa-pss` can only do this. */
const BY_PSS = ['-sigopt', 'rsa_padding_mode:pss'];

export interface CertificateOptions {
  key?: keyof typeof KEYS;
  /** What is signed; by default what openssl takes for this key. A key of `ed25519` has no choice. */
  hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Whether a key of `rsa` signs by RSASSA-PSS. */
  pss?: boolean;
  /** Who signs it in place of its own key; `key` is then of the server, the rest of the authority. */
  authority?: ServerCertificate;
}

/** A certificate for a host of the testbed. */
export function makeCertificate(host: string, options: CertificateOptions = {}): ServerCertificate {
  const { key = 'rsa', hash, pss = false, authority } = options;
  const folder = mkdtempSync(join(tmpdir(), 'secur32-certificate-'));
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-nodes', '-days', '2', '-subj', `/CN=${host}`],
      ...['-addext', `subjectAltName=DNS:${host}`, ...KEYS[key]],
      ...(hash ? [`-${hash}`] : []),
      ...(pss ? BY_PSS : []),
      ...(authority ? ['-CA', authority.certificate, '-CAkey', authority.key] : []),
      ...['-keyout', files.key, '-out', files.certificate],
    ],
    { stdio: 'ignore' },
  );
  const bundle = join(folder, 'bundle.pem');
  writeFileSync(bundle, readFileSync(files.certificate, 'utf8') + readFileSync(files.key, 'utf8'));
  return { ...files, bundle };
}

/** One that is its own authority. */
export function selfSigned(host: string, key: keyof typeof KEYS = 'rsa'): ServerCertificate {
  return makeCertificate(host, { key });
}
