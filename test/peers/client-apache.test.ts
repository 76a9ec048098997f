/** IntegratedAgent and Apache with mod_auth_gssapi, which wants a ticket with each request. */

import { beforeAll, expect, test } from '@jest/globals';

import {
  APACHE_HOST,
  startApache,
  type Apache,
  type ApacheAnswer,
} from '../instruments/support/peers/apache.js';
import { selfSigned } from '../instruments/support/peers/certificates.js';
import { sendAll } from '../instruments/support/peers/client.js';
import type { ClientOutput } from '../instruments/support/peers/client-program.js';

const options = { hosts: [APACHE_HOST], packages: { Negotiate: 'Kerberos' } };

let apache: Apache;
beforeAll(async () => {
  apache = await startApache();
});

function answerOf(output: ClientOutput | undefined): ApacheAnswer {
  if (output === undefined || !('text' in output)) throw new Error(JSON.stringify(output));
  return JSON.parse(output.text) as ApacheAnswer;
}

test('each request has a ticket, on one connection', async () => {
  const seen = apache.requests().length;
  const outputs = await sendAll({
    options,
    requests: [
      { url: apache.url('/1') },
      { url: apache.url('/2'), bytes: 12 },
      { url: apache.url('/3') },
    ],
  });
  expect(outputs.map(answerOf)).toEqual(
    [0, 12, 0].map((bytes, i) => ({
      user: 'alice@SSPI.TEST',
      method: bytes > 0 ? 'POST' : 'GET',
      path: `/${i + 1}`,
      bytes,
    })),
  );
  const requests = apache.requests().slice(seen);
  // One is refused, and tells the client; after that it knows.
  expect(requests.map(({ status, before }) => [status, before])).toEqual([
    [401, 0],
    [200, 1],
    [200, 2],
    [200, 3],
  ]);
  expect(new Set(requests.map(({ port }) => port)).size).toBe(1);
});

test('by Negotiate, as everybody has it', async () => {
  const outputs = await sendAll({
    options: { hosts: [APACHE_HOST] },
    requests: [{ url: apache.url() }],
  });
  expect(outputs.map(answerOf)).toMatchObject([{ user: 'alice@SSPI.TEST' }]);
});

test('Apache proves itself with each response', async () => {
  const seen = apache.requests().length;
  const outputs = await sendAll({
    options: { ...options, mutualAuth: true },
    requests: [{ url: apache.url() }, { url: apache.url(), bytes: 5 }],
  });
  expect(outputs.map(answerOf).map(({ bytes }) => bytes)).toEqual([0, 5]);
  expect(
    apache
      .requests()
      .slice(seen)
      .map(({ status }) => status),
  ).toEqual([200, 200]);
});

test('a stream that can be sent once arrives', async () => {
  const [output] = await sendAll({
    options: { ...options, preemptive: true },
    requests: [{ url: apache.url(), bytes: 3_000_000, stream: true }],
  });
  expect(answerOf(output).bytes).toBe(3_000_000);
});

test('a host that is not allowed gets nothing', async () => {
  const seen = apache.requests().length;
  const [output] = await sendAll({ options: { hosts: [] }, requests: [{ url: apache.url() }] });
  expect(output).toMatchObject({ status: 401 });
  expect(apache.requests().slice(seen)).toMatchObject([{ status: 401, user: undefined }]);
});

test('over TLS, without the bindings that Wine does not know', async () => {
  const certificate = selfSigned(APACHE_HOST);
  const overTls = await startApache(certificate);
  const requests = [{ url: overTls.url() }];
  const ca = certificate.certificate;
  const [refused] = await sendAll({ options, ca, requests });
  expect(refused).toMatchObject({ code: 'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED' });
  const [output] = await sendAll({
    options: { ...options, sendChannelBindings: false },
    ca,
    requests,
  });
  expect(answerOf(output).user).toBe('alice@SSPI.TEST');
});
