/** curl over TLS. Wine's Kerberos and NTLM ignore channel bindings, and the package says so. */

import { beforeAll, describe, expect, test } from '@jest/globals';

import { selfSigned, type ServerCertificate } from '../instruments/support/peers/certificates.js';
import { curl } from '../instruments/support/peers/curl.js';
import { alice } from '../instruments/support/peers/people.js';
import { startWebServer } from '../instruments/support/peers/web-server.js';

const HOST = 'web.sspi.test';
const NTLM = ['--ntlm', '-u', alice.login];
const NEGOTIATE = ['--negotiate', '-u', ':'];
const trusting = ({ certificate }: ServerCertificate): string[] => ['--cacert', certificate];

test.each(['rsa', 'ecdsa'] as const)(
  'a package that would ignore the bindings logs nobody on by default: %s',
  async (key) => {
    const certificate = selfSigned(HOST, key);
    const server = await startWebServer({ schemes: ['Negotiate', 'NTLM'] }, certificate);
    for (const how of [NTLM, NEGOTIATE]) {
      const { status } = await curl([...how, ...trusting(certificate), server.url()]);
      expect(status).toBe(500);
      await server.told(/"rejection".*"ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED"/);
    }
  },
);

describe('a certificate that has no bindings', () => {
  let certificate: ServerCertificate;
  beforeAll(() => {
    certificate = selfSigned(HOST, 'ed25519');
  });

  test('logs nobody on by default', async () => {
    const server = await startWebServer({ schemes: ['NTLM'] }, certificate);
    const { status } = await curl([...NTLM, ...trusting(certificate), server.url()]);
    expect(status).toBe(500);
    await server.told(/"rejection".*Ed25519/);
  });

  test("logs curl on with 'whenSupported', by NTLM; for Kerberos curl itself wants bindings", async () => {
    const options = {
      schemes: ['Negotiate', 'NTLM'],
      extendedProtection: 'whenSupported',
    } as const;
    const server = await startWebServer(options, certificate);
    const byNtlm = await curl([...NTLM, ...trusting(certificate), server.url()]);
    expect(byNtlm.status).toBe(200);
    const byKerberos = await curl([...NEGOTIATE, ...trusting(certificate), server.url()]);
    expect(byKerberos.complaint).toContain('digest algorithm');
  });
});

test.each([
  ['whenSupported', 'rsa'],
  ['never', 'ecdsa'],
] as const)('%s lets curl in, with a certificate of %s', async (extendedProtection, key) => {
  const certificate = selfSigned(HOST, key);
  const options = { schemes: ['Negotiate', 'NTLM'], extendedProtection } as const;
  const server = await startWebServer(options, certificate);
  for (const how of [NTLM, NEGOTIATE]) {
    expect((await curl([...how, ...trusting(certificate), server.url()])).status).toBe(200);
  }
});

test("'always' on a plain connection refuses, and curl is told that it needs https", async () => {
  const server = await startWebServer({ extendedProtection: 'always' });
  const { status, body } = await curl([...NEGOTIATE, server.url()]);
  expect(status).toBe(403);
  expect(body).toContain('https');
});

test('HTTP/2 is sent back to HTTP/1.1', async () => {
  const certificate = selfSigned(HOST);
  const server = await startWebServer({ extendedProtection: 'never' }, certificate, 'http2');
  const { status, protocol } = await curl([
    '--http2',
    ...trusting(certificate),
    ...NEGOTIATE,
    server.url(),
  ]);
  expect({ status, protocol }).toEqual({ status: 200, protocol: '1.1' });
  await server.told(/"rejection".*HTTP\/1.1 is required/);
});
