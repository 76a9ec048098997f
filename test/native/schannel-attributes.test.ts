/** What Schannel says of a TLS connection, and what the other end knows of it. */

import { X509Certificate } from 'node:crypto';

import { afterEach, describe, expect, test } from '@jest/globals';

import {
  ChannelBindings,
  secChannelBindings,
} from '../../lib/channel-bindings/channel-bindings.js';
import {
  SECPKG_ATTR_APPLICATION_PROTOCOL,
  SECPKG_ATTR_CIPHER_INFO,
  SECPKG_ATTR_CONNECTION_INFO,
  SECPKG_ATTR_ENDPOINT_BINDINGS,
  SECPKG_ATTR_KEY_INFO,
  SECPKG_ATTR_REMOTE_CERT_CHAIN,
  SECPKG_ATTR_REMOTE_CERT_CONTEXT,
  SECPKG_ATTR_SESSION_INFO,
  SECPKG_ATTR_STREAM_SIZES,
  SECPKG_ATTR_UNIQUE_BINDINGS,
} from '../../lib/constants/context-attributes.js';
import {
  SECPKG_ATTR_CIPHER_STRENGTHS,
  SECPKG_ATTR_SUPPORTED_ALGS,
  SECPKG_ATTR_SUPPORTED_PROTOCOLS,
} from '../../lib/constants/credentials.js';
import {
  SecApplicationProtocolNegotiationExt_ALPN,
  SecApplicationProtocolNegotiationStatus_None,
  SecApplicationProtocolNegotiationStatus_Success,
  SP_PROT_TLS1_2_CLIENT,
} from '../../lib/constants/schannel.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import { queryCredentialsAttributes } from '../../lib/raw/credentials-attributes.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { closeSchannel, openTls, outbound } from '../instruments/support/schannel.js';
import { testOnWindows, testOnWine } from '../instruments/support/skip.js';
import { present, wine } from '../instruments/support/system.js';
import { ECDSA_PEM, RSA_PEM } from '../instruments/support/tls-fixtures.js';

afterEach(async () => {
  expect(liveCounts().contextBuffers).toBe(0);
  await closeSchannel();
});

describe.each([
  ['RSA', RSA_PEM],
  ['ECDSA', ECDSA_PEM],
])('a server with a certificate of %s', (kind, pem) => {
  test('STREAM_SIZES: what records need', async () => {
    const { context } = await openTls({ pem });
    const sizes = queryContextAttributes(context, SECPKG_ATTR_STREAM_SIZES);
    expect(sizes.header).toBeGreaterThanOrEqual(5);
    expect(sizes.trailer).toBeGreaterThanOrEqual(16);
    expect(sizes).toMatchObject({ maximumMessage: 16_384, buffers: 4 });
  });

  test('CONNECTION_INFO: the protocol and the cipher', async () => {
    const { context, peer } = await openTls({ pem });
    const info = queryContextAttributes(context, SECPKG_ATTR_CONNECTION_INFO);
    expect(info.protocol).toBe(SP_PROT_TLS1_2_CLIENT);
    const bits = /AES_?(\d+)/.exec(peer.getCipher().standardName)?.[1];
    expect(info.cipherStrength).toBe(Number(bits));
  });

  test('CIPHER_INFO: the cipher suite by name', async () => {
    const { context, peer } = await openTls({ pem });
    const info = queryContextAttributes(context, SECPKG_ATTR_CIPHER_INFO);
    expect(info.protocol).toBe(0x303);
    // Of the hash Wine tells another one than there is.
    const withoutHash = (suite: string) => suite.replace(/_SHA\d*$/, '');
    expect(withoutHash(info.cipherSuiteName)).toBe(withoutHash(peer.getCipher().standardName));
    expect(info).toMatchObject({ cipher: 'AES', certificate: kind });
  });

  test('KEY_INFO: names for people', async () => {
    const { context } = await openTls({ pem });
    const info = queryContextAttributes(context, SECPKG_ATTR_KEY_INFO);
    expect(info.encryptAlgorithmName).toMatch(/AES/);
    expect([128, 256]).toContain(info.keySize);
  });

  test("REMOTE_CERT_CONTEXT: the server's own certificate", async () => {
    const { context } = await openTls({ pem });
    const { raw } = new X509Certificate(pem);
    const remote = present(queryContextAttributes(context, SECPKG_ATTR_REMOTE_CERT_CONTEXT));
    expect(remote.certificate.equals(raw)).toBe(true);
    expect(remote.store.some((certificate) => certificate.equals(raw))).toBe(true);
  });

  testOnWindows('REMOTE_CERT_CHAIN and SESSION_INFO', async () => {
    const { context } = await openTls({ pem });
    const chain = present(queryContextAttributes(context, SECPKG_ATTR_REMOTE_CERT_CHAIN));
    expect(chain.certificate.equals(new X509Certificate(pem).raw)).toBe(true);
    const { sessionId } = queryContextAttributes(context, SECPKG_ATTR_SESSION_INFO);
    expect(sessionId.length).toBeLessThanOrEqual(32);
  });

  test("UNIQUE_BINDINGS: the first Finished message, which was the client's", async () => {
    const { context, peer } = await openTls({ pem });
    const finished = present(peer.getPeerFinished());
    const expected = ChannelBindings.fromBytes(
      Buffer.concat([Buffer.from('tls-unique:', 'latin1'), finished]),
    );
    const bindings = queryContextAttributes(context, SECPKG_ATTR_UNIQUE_BINDINGS);
    expect(bindings).toEqual(secChannelBindings(expected));
  });
});

async function endpointBindings(pem: string): Promise<void> {
  const { context } = await openTls({ pem });
  const expected = present(ChannelBindings.fromCertificate(new X509Certificate(pem)));
  const bindings = queryContextAttributes(context, SECPKG_ATTR_ENDPOINT_BINDINGS);
  expect(bindings).toEqual(secChannelBindings(expected));
}

describe('ENDPOINT_BINDINGS: those of ChannelBindings.fromCertificate, byte for byte', () => {
  test('RSA', () => endpointBindings(RSA_PEM));
  testOnWindows('ECDSA', () => endpointBindings(ECDSA_PEM));

  // ERROR_INVALID_PARAMETER, as it is: it must not look like success.
  testOnWine('ECDSA: an error', async () => {
    const { context } = await openTls({ pem: ECDSA_PEM });
    expect(() => queryContextAttributes(context, SECPKG_ATTR_ENDPOINT_BINDINGS)).toThrow(
      expect.objectContaining({ name: 'SspiError', status: 0x80070057 }),
    );
  });
});

describe('APPLICATION_PROTOCOL', () => {
  test('the protocol that both want', async () => {
    const { context, peer } = await openTls({ protocols: ['http/1.1', 'h2'] });
    expect(peer.alpnProtocol).toBe('h2');
    expect(queryContextAttributes(context, SECPKG_ATTR_APPLICATION_PROTOCOL)).toEqual({
      status: SecApplicationProtocolNegotiationStatus_Success,
      extension: SecApplicationProtocolNegotiationExt_ALPN,
      protocol: Buffer.from('h2'),
    });
  });

  test('none where the client offers none', async () => {
    const { context } = await openTls();
    expect(queryContextAttributes(context, SECPKG_ATTR_APPLICATION_PROTOCOL)).toMatchObject({
      status: SecApplicationProtocolNegotiationStatus_None,
      protocol: Buffer.alloc(0),
    });
  });
});

describe('attributes of the credential', () => {
  test('CIPHER_STRENGTHS and SUPPORTED_PROTOCOLS', () => {
    const credential = outbound();
    const { minimum, maximum } = queryCredentialsAttributes(
      credential,
      SECPKG_ATTR_CIPHER_STRENGTHS,
    );
    // 0 is Windows' default.
    expect(minimum).toBeGreaterThanOrEqual(wine === undefined ? 0 : 1);
    expect(maximum).toBeGreaterThanOrEqual(minimum);
    const protocols = queryCredentialsAttributes(credential, SECPKG_ATTR_SUPPORTED_PROTOCOLS);
    expect(protocols & SP_PROT_TLS1_2_CLIENT).not.toBe(0);
  });

  testOnWindows('SUPPORTED_ALGS', () => {
    const algorithms = queryCredentialsAttributes(outbound(), SECPKG_ATTR_SUPPORTED_ALGS);
    expect(algorithms.length).toBeGreaterThan(0);
  });
});
