/** Channel bindings as others compute them: openssl by itself, and curl, whose tokens MIT's Kerberos compares. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { ChannelBindings } from '../../lib/channel-bindings/channel-bindings.js';
import {
  startBindingsServer,
  type BindingsAnswer,
} from '../instruments/support/peers/bindings-server.js';
import {
  makeCertificate,
  type CertificateOptions,
  type ServerCertificate,
} from '../instruments/support/peers/certificates.js';
import { curl } from '../instruments/support/peers/curl.js';

const HOST = 'web.sspi.test';
const HASHES = ['sha1', 'sha256', 'sha384', 'sha512'] as const;

const KINDS: [string, CertificateOptions][] = [
  ...HASHES.flatMap((hash): [string, CertificateOptions][] => [
    [`RSA, ${hash}`, { key: 'rsa', hash }],
    [`RSASSA-PSS, ${hash}`, { key: 'rsa', hash, pss: true }],
    [`ECDSA, ${hash}`, { key: 'ecdsa', hash }],
  ]),
  ['a key for RSASSA-PSS alone', { key: 'rsa-pss', hash: 'sha384' }],
  ['Ed25519', { key: 'ed25519' }],
];

/** The signature of the authority counts, and the server's own key is of another kind. */
const issuedBy = (options: CertificateOptions): ServerCertificate => {
  const { key = 'rsa', ...signature } = options;
  const authority = makeCertificate('the authority', options);
  return makeCertificate(HOST, {
    ...signature,
    key: key === 'ecdsa' ? 'rsa' : 'ecdsa',
    authority,
  });
};

/** RFC 5929, section 4.1, by the words of openssl for the signature; undefined where it has no hash. */
function asOpensslComputes({ certificate }: ServerCertificate): Buffer | undefined {
  const openssl = (args: readonly string[], input?: Buffer): Buffer =>
    execFileSync('openssl', args, input === undefined ? {} : { input });
  const text = openssl(['x509', '-in', certificate, '-noout', '-text']).toString();
  const [, algorithm = '', hashOfPss] =
    /^ +Signature Algorithm: (\S+) *\n(?: +Hash Algorithm: (\S+))?/m.exec(text) ?? [];
  if (algorithm === 'ED25519') return undefined;
  const hash = (hashOfPss ?? /sha\d+/i.exec(algorithm)?.[0] ?? '').toLowerCase();
  const der = openssl(['x509', '-in', certificate, '-outform', 'DER']);
  const digest = openssl(['dgst', hash === 'sha1' ? '-sha256' : `-${hash}`, '-binary'], der);
  return Buffer.concat([Buffer.from('tls-server-end-point:'), digest]);
}

const ours = ({ certificate }: ServerCertificate): Buffer | undefined =>
  ChannelBindings.fromCertificate(readFileSync(certificate, 'utf8'))?.applicationData;

describe.each(KINDS)('%s', (_, options) => {
  test('signed by itself: as openssl computes it', () => {
    const certificate = makeCertificate(HOST, options);
    expect(ours(certificate)).toEqual(asOpensslComputes(certificate));
  });

  test('signed by an authority: as openssl computes it', () => {
    const certificate = issuedBy(options);
    expect(ours(certificate)).toEqual(asOpensslComputes(certificate));
  });
});

describe('in a logon of curl', () => {
  const logOn = async (
    certificate: ServerCertificate,
    bindings: Buffer,
  ): Promise<BindingsAnswer> => {
    const server = await startBindingsServer(certificate, bindings);
    try {
      const trust = ['--cacert', certificate.certificate];
      const { body } = await curl([...trust, '--negotiate', '-u', ':', server.url]);
      return JSON.parse(body) as BindingsAnswer;
    } finally {
      server.close();
    }
  };

  // For other signatures curl finds no hash, and does not log on.
  const known = KINDS.filter(([, { hash, key, pss }]) => hash && key !== 'rsa-pss' && !pss);
  test.each(known)('%s: curl has the same', async (_, options) => {
    const certificate = makeCertificate(HOST, options);
    const bindings = ours(certificate) ?? Buffer.alloc(0);
    expect(await logOn(certificate, bindings)).toEqual({
      user: 'alice@SSPI.TEST',
      bindings: 'equal',
    });
  });

  test('those of another certificate are others', async () => {
    const bindings = ours(makeCertificate(HOST)) ?? Buffer.alloc(0);
    expect(await logOn(makeCertificate(HOST), bindings)).toEqual({ bindings: 'different' });
  });
});
