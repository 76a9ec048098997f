/** HAProxy in front: where it pins connections, and where it shares them among clients. */

import { describe, expect, test } from '@jest/globals';

import { curl } from '../instruments/support/peers/curl.js';
import { startHaproxyWith } from '../instruments/support/peers/haproxy.js';
import { alice, bob, ticketOf } from '../instruments/support/peers/people.js';
import { startWebServer } from '../instruments/support/peers/web-server.js';
import type { WebServerAnswer } from '../instruments/support/peers/web-server-program.js';

const NTLM = ['--ntlm', '-u', alice.login];
const NEGOTIATE = ['--negotiate', '-u', ':'];
const PINNED = ['option http-keep-alive', 'http-reuse never', 'option prefer-last-server'];
const SHARED = ['option http-keep-alive', 'http-reuse always'];
const url = (port: number, path = '/'): string => `http://web.sspi.test:${port}${path}`;

describe('where each client has a connection of its own', () => {
  test('NTLM and Kerberos log on, and the logon stays', async () => {
    const server = await startWebServer({ schemes: ['Negotiate', 'NTLM'], reverseProxy: 'pinned' });
    const { port } = await startHaproxyWith([...PINNED, 'option forwardfor'], server.port);
    const byNtlm = await curl([...NTLM, url(port, '/1'), url(port, '/2')]);
    expect(byNtlm.answers.map(({ status }) => status)).toEqual([401, 200, 200]);
    const byKerberos = await curl([...NEGOTIATE, url(port, '/1'), url(port, '/2')]);
    expect(byKerberos.status).toBe(200);
  });

  test('nobody comes in on the logon of another client', async () => {
    const server = await startWebServer({ schemes: ['NTLM'], reverseProxy: 'pinned' });
    const { port } = await startHaproxyWith(PINNED, server.port);
    for (const login of [alice.login, bob.login]) {
      expect((await curl(['--ntlm', '-u', login, url(port)])).status).toBe(200);
      expect((await curl([url(port)])).status).toBe(401);
    }
  });
});

describe('where clients share connections', () => {
  test('each request has a ticket, nothing stays, and nobody else comes in', async () => {
    const server = await startWebServer({ reverseProxy: 'multiplexing' });
    const { port } = await startHaproxyWith([...SHARED, 'option forwardfor'], server.port);
    const bobs = ticketOf(bob);
    for (let i = 0; i < 20; i++) {
      const [first, second, nobody] = await Promise.all([
        curl([...NEGOTIATE, url(port)]),
        curl([...NEGOTIATE, url(port)], bobs),
        curl([url(port)]),
      ]);
      expect([first.status, second.status, nobody.status]).toEqual([200, 200, 401]);
      const answer = JSON.parse(first.body) as WebServerAnswer;
      expect(answer).toMatchObject({ package: 'Kerberos', persistent: false });
    }
  });

  test('a logon of two legs is refused with its reason', async () => {
    const server = await startWebServer({
      packages: { Negotiate: 'Negotiate' },
      reverseProxy: 'multiplexing',
    });
    const { port } = await startHaproxyWith(SHARED, server.port);
    // curl's scheme Negotiate begins with Kerberos; the first message of NTLM by hand.
    const negotiate = Buffer.from(
      '4e544c4d53535000010000000782080000000000000000000000000000000000',
      'hex',
    );
    const { status, body } = await curl([
      '-H',
      `Authorization: Negotiate ${negotiate.toString('base64')}`,
      url(port),
    ]);
    expect(status).toBe(403);
    expect(body).toContain('only Kerberos');
    await server.told(/"rejection".*multiplexing/);
  });
});

test('a proxy that nobody told the server of is refused, whoever logs on through it', async () => {
  const server = await startWebServer({ schemes: ['Negotiate', 'NTLM'] });
  const { port } = await startHaproxyWith([...SHARED, 'option forwardfor'], server.port);
  for (const how of [NTLM, NEGOTIATE]) {
    expect((await curl([...how, url(port)])).status).toBe(403);
  }
  await server.told(/"rejection".*forwarded/);
});

test('a proxy that closes the connection behind each request: the answer says what is wrong', async () => {
  const server = await startWebServer({ schemes: ['NTLM'], reverseProxy: 'pinned' });
  const { port } = await startHaproxyWith(
    ['http-reuse never', 'option httpclose', 'http-request set-header Connection close'],
    server.port,
  );
  const { status, body } = await curl([...NTLM, url(port)]);
  expect(status).toBe(400);
  expect(body).toContain('proxy');
});
