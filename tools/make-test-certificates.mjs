// Makes test/fixtures/certificates anew, with the openssl of the host (3.0 or
// later). Not needed to run the tests. The keys are thrown away.
//
//   node tools/make-test-certificates.mjs
//
// hashes.json says for each certificate which hash RFC 5929 asks for, after
// the list below, and the digest of the DER, as `openssl dgst` computes it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURES = fileURLToPath(new URL('../test/fixtures/certificates/', import.meta.url));
const PSS = ['-sigopt', 'rsa_padding_mode:pss'];

/**
 * @typedef {object} Certificate
 * @property {string} name
 * @property {string} key who signs it
 * @property {string[]} sign how
 * @property {string | null} hash what it is to be hashed by; null for what RFC 5929 leaves open
 */

/** @type {Record<string, string[]>} */
const KEYS = {
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  pss: ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ecdsa: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ed25519: ['-algorithm', 'ED25519'],
  ed448: ['-algorithm', 'ED448'],
};
const DSA_PARAMETERS = ['-algorithm', 'DSA', '-pkeyopt', 'dsa_paramgen_bits:2048'];

const SHA2 = ['sha224', 'sha256', 'sha384', 'sha512'];
const SHA3 = ['sha3-224', 'sha3-256', 'sha3-384', 'sha3-512'];

/** @param {string} key @param {string[]} hashes @returns {Certificate[]} */
function hashedBy(key, hashes) {
  return hashes.map((hash) => ({
    name: `${key}-${hash}`,
    key,
    sign: [`-${hash}`],
    hash: hash === 'md5' || hash === 'sha1' ? 'sha256' : hash,
  }));
}

/** @param {string} name @param {string} hash @param {string} mask @param {string | null} wanted @returns {Certificate} */
function pss(name, hash, mask, wanted) {
  const sign = [`-${hash}`, ...PSS, '-sigopt', `rsa_mgf1_md:${mask}`];
  if (name.endsWith('defaults')) sign.push('-sigopt', 'rsa_pss_saltlen:20');
  return { name, key: 'rsa', sign, hash: wanted };
}

/** @type {Certificate[]} */
const CERTIFICATES = [
  ...hashedBy('rsa', ['md5', 'sha1', ...SHA2, 'sha512-224', 'sha512-256', ...SHA3]),
  ...hashedBy('ecdsa', ['sha1', ...SHA2, ...SHA3]),
  ...hashedBy('dsa', ['sha1', ...SHA2, ...SHA3]),
  // All three of RFC 4055's defaults, so that the parameters are an empty SEQUENCE.
  pss('pss-sha1-defaults', 'sha1', 'sha1', 'sha256'),
  ...[...SHA2, 'sha512-256'].map((hash) => pss(`pss-${hash}`, hash, hash, hash)),
  { name: 'pss-key-sha256', key: 'pss', sign: ['-sha256'], hash: 'sha256' },
  pss('pss-sha256-mgf1-sha1', 'sha256', 'sha1', null),
  pss('pss-sha1-mgf1-sha256', 'sha1', 'sha256', null),
  pss('pss-sha512-mgf1-sha256', 'sha512', 'sha256', null),
  { name: 'ed25519', key: 'ed25519', sign: [], hash: null },
  { name: 'ed448', key: 'ed448', sign: [], hash: null },
  { name: 'rsa-ripemd160', key: 'rsa', sign: ['-ripemd160'], hash: null },
];

const directory = mkdtempSync(join(tmpdir(), 'certificates-'));
process.on('exit', () => rmSync(directory, { recursive: true }));

/** @param {...string} args */
function openssl(...args) {
  const { status, error, stdout, stderr } = spawnSync('openssl', args, { cwd: directory });
  if (error) throw error;
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}:\n${stderr.toString()}`);
  return stdout;
}

function makeKeys() {
  for (const [name, options] of Object.entries(KEYS)) {
    openssl('genpkey', ...options, '-out', `${name}.key`);
  }
  openssl('genpkey', '-genparam', ...DSA_PARAMETERS, '-out', 'dsa.parameters');
  openssl('genpkey', '-paramfile', 'dsa.parameters', '-out', 'dsa.key');
}

/** @param {string} name */
function subject(name) {
  return ['-subj', `/O=secur32 tests/CN=${name}`];
}

/** @param {Certificate} certificate */
function selfSigned({ name, key, sign }) {
  const days = ['-days', '7300'];
  openssl('req', '-x509', '-key', `${key}.key`, ...sign, ...days, ...subject(name), '-out', name);
}

/** A key of one kind, signed by one of another kind. The signature counts. */
function signedByAnother() {
  const name = 'ecdsa-key-signed-by-rsa-sha384';
  openssl('req', '-new', '-key', 'ecdsa.key', ...subject(name), '-out', 'request');
  const issuer = ['-CA', 'rsa-sha256', '-CAkey', 'rsa.key', '-CAcreateserial'];
  // Without extensions it is of version 1, which the encoding leaves out.
  openssl('x509', '-req', '-in', 'request', ...issuer, '-sha384', '-days', '7300', '-out', name);
  return { name, hash: 'sha384' };
}

/** @param {{ name: string, hash: string | null }} certificate */
function expected({ name, hash }) {
  openssl('x509', '-in', name, '-outform', 'DER', '-out', 'der');
  if (hash === null) return { hash, digest: null };
  const digest = openssl('dgst', `-${hash}`, '-r', 'der').toString().split(' ')[0];
  return { hash, digest };
}

makeKeys();
CERTIFICATES.forEach(selfSigned);
const made = [...CERTIFICATES, signedByAnother()];
for (const file of readdirSync(FIXTURES)) {
  if (file.endsWith('.pem')) rmSync(join(FIXTURES, file));
}
for (const { name } of made) {
  writeFileSync(join(FIXTURES, `${name}.pem`), readFileSync(join(directory, name)));
}
const hashes = Object.fromEntries(
  made.map((certificate) => [certificate.name, expected(certificate)]),
);
writeFileSync(join(FIXTURES, 'hashes.json'), `${JSON.stringify(hashes, null, 2)}\n`);
console.log(`made ${made.length} certificates with ${openssl('version').toString().trim()}`);
