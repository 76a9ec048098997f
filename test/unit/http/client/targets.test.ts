/** The host of a request: `hosts`, the connection and all names refer to the same one. */

import { fake } from '../../../instruments/support/fake-native.js';

import { afterEach, describe, expect, test } from '@jest/globals';
import { fetch, type Dispatcher } from 'undici';

import type { IntegratedAgent } from '../../../../lib/http/client/undici/integrated-agent.js';
import { checkedOrigin } from '../../../../lib/http/client/request/request-target.js';
import { argumentError } from '../../../instruments/support/fake-handles.js';
import {
  agentFor,
  destroyAgents,
  last,
  perRequest,
} from '../../../instruments/support/http-client.js';
import { serveProxy } from '../../../instruments/support/http-proxy.js';
import { lookupLoopback } from '../../../instruments/support/loopback.js';
import { closeServers, serve } from '../../../instruments/support/plain-http-server.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
});

type Options = Partial<Record<keyof Dispatcher.DispatchOptions, unknown>>;

/** Sends a request without the checks of undici's `request` and `fetch`. */
function dispatch(agent: IntegratedAgent, options: Options): Promise<number | Error> {
  return new Promise((resolve) => {
    let status = 0;
    agent.dispatch(
      { method: 'GET', path: '/', ...options } as unknown as Dispatcher.DispatchOptions,
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, code) => {
          status = code;
        },
        onResponseEnd: () => {
          resolve(status);
        },
        onResponseError: (_, error) => {
          resolve(error);
        },
      },
    );
  });
}

const HOST = 'intranet.corp';

describe('a request is refused before anything is sent, by way of a proxy or not,', () => {
  test.each<[string, Options]>([
    ['a user in the place of the path', { path: '@other/' }],
    ['another port', { path: ':81/' }],
    ['more of the host', { path: '.evil.test/' }],
    ['no path', { path: '' }],
    ['a query in its place', { path: '?x' }],
    ['a whole URL', { path: 'http://other/' }],
    ['a whole URL of TLS', { path: 'https://other/' }],
    ['a backslash', { path: '/\\other/' }],
    ['a backslash at its beginning', { path: '\\\\other/' }],
    ['*', { path: '*', method: 'OPTIONS' }],
    ['a space', { path: '/ HTTP/1.1' }],
    ['a tab', { path: '/\tx' }],
    ['a line', { path: '/ HTTP/1.1\r\nHost: other\r\n\r\nGET /' }],
    ['a NUL', { path: '/\0' }],
    ['DEL', { path: '/\x7f' }],
    ['a character beyond ASCII', { path: '/\xe9' }],
    ['a character that becomes a line', { path: '/\u010a' }],
    ['a fragment', { path: '/#@other/' }],
    ['a path that is no string', { path: ['/'] }],
    ['a path that is an object', { path: { toString: () => '/' } }],
    ['a query beside one', { path: '/?a', query: { b: 1 } }],
    ['a query that is a string', { query: '@other/' }],
    ['CONNECT', { method: 'CONNECT' }],
    ['connect in small letters', { method: 'connect' }],
    ['a method with a space', { method: 'GET /x HTTP/1.1' }],
    ['a method with a line', { method: 'GET\r\nX: y' }],
    ['an empty method', { method: '' }],
    ['a method that is no string', { method: ['GET'] }],
    ['an upgrade', { upgrade: 'websocket' }],
    ['a user in the origin', { origin: `http://other@${HOST}` }],
    ['an empty user in the origin', { origin: `http://@${HOST}` }],
    ['a password in the origin', { origin: `http://a:b@${HOST}` }],
    ['a URL with a user', { origin: new URL(`http://a:b@${HOST}/`) }],
    ['a path in the origin', { origin: `http://${HOST}/path` }],
    ['a URL with a path', { origin: new URL(`http://${HOST}/path`) }],
    ['a query in the origin', { origin: `http://${HOST}?x` }],
    ['an empty query in the origin', { origin: `http://${HOST}/?` }],
    ['a fragment in the origin', { origin: `http://${HOST}#` }],
    ['backslashes in the origin', { origin: `http:\\\\${HOST}` }],
    ['no slashes in the origin', { origin: `http:${HOST}` }],
    ['three slashes in the origin', { origin: `http:///${HOST}` }],
    ['a space in the origin', { origin: ` http://${HOST}` }],
    ['a tab in the origin', { origin: `http://intranet\t.corp` }],
    ['a line in the origin', { origin: `http://${HOST}\n` }],
    ['no scheme', { origin: `//${HOST}` }],
    ['another scheme', { origin: `ftp://${HOST}` }],
    ['an origin with an empty part', { origin: 'http://intranet..corp' }],
    ['an origin of a dot', { origin: 'http://.' }],
    ['an origin of two dots at the end', { origin: `http://${HOST}..` }],
    ['an origin with a strange character', { origin: "http://intra'net.corp" }],
    ['no origin', { origin: undefined }],
    ['the Host of another one', { headers: { host: 'other' } }],
    ['the Host of another port', { headers: { Host: `${HOST}:81` } }],
    ['the Host of a user', { headers: { host: `a@${HOST}` } }],
    ['a Host with a path', { headers: { host: `${HOST}/x` } }],
    ['a Host with a space', { headers: { host: `${HOST} other` } }],
    ['an empty Host', { headers: { host: '' } }],
    ['two Hosts', { headers: ['host', HOST, 'HOST', HOST] }],
    ['a list of Hosts', { headers: { host: [HOST] } }],
    ['Hosts with a comma', { headers: { host: `${HOST}, other` } }],
    [':authority', { headers: { ':authority': 'other' } }],
    ['a name with a space', { headers: { 'Host ': 'other' } }],
    ['a name with a line', { headers: { 'X: y\r\nHost': 'other' } }],
    ['a value with a line', { headers: { x: 'y\r\nHost: other' } }],
    ['a value with a line in a list', { headers: { x: ['y', 'z\nHost: other'] } }],
    ['a value that is an object', { headers: { x: { toString: () => 'y' } } }],
    ['Authorization', { headers: { authorization: 'Basic x' } }],
    ['Authorization of a Map', { headers: new Map([['AUTHORIZATION', 'Basic x']]) }],
    ['Proxy-Authorization', { headers: { 'Proxy-Authorization': 'Basic x' } }],
    ['Transfer-Encoding', { headers: { 'Transfer-Encoding': 'chunked' } }],
    ['two lengths', { headers: ['content-length', '1', 'Content-Length', '2'] }],
    ['a length that is none', { headers: { 'content-length': '+1' } }],
    ['Connection that names a field', { headers: { connection: 'close, authorization' } }],
    ['Upgrade', { headers: { upgrade: 'h2c' } }],
    ['Keep-Alive', { headers: { 'keep-alive': 'timeout=5' } }],
    ['Proxy-Connection', { headers: { 'proxy-connection': 'close' } }],
    ['HTTP2-Settings', { headers: { 'http2-settings': 'x' } }],
    ['Expect', { headers: { expect: '100-continue' } }],
  ])('with %s', async (_, options) => {
    const proxy = await serveProxy(() => undefined);
    const common = { hosts: 'any', preemptive: true } as const;
    const given: Options = { origin: `http://${HOST}`, ...options };
    for (const more of [{}, { proxy: { url: proxy.url, hosts: ['localhost'] } }]) {
      const { headers = {} } = given as { headers?: object };
      // Without a proxy it is a field like any other.
      if (Object.keys(more).length === 0 && 'Proxy-Authorization' in headers) continue;
      const lookup = () => {
        throw new Error('a connection was made');
      };
      const connect = Object.keys(more).length === 0 ? { lookup } : {};
      const got = await dispatch(agentFor({ ...common, ...more, connect }), given);
      expect(got).toEqual(argumentError());
    }
    expect(proxy.seen).toEqual([]);
    expect(fake.log).toEqual([]);
  });
});

describe('a request names the host that is judged, connected to and logged on to:', () => {
  test.each<[string, string, Options]>([
    ['as it is', 'localhost', {}],
    ['in capitals, with a dot at its end', 'LOCALHOST.', {}],
    ['with a query of its own', 'localhost', { query: { a: '@other/', b: ['#', '\r\n'] } }],
    ['with its own Host field', 'localhost.', { headers: ['HOST', 'LocalHost.:PORT'] }],
    ['with Connection', 'localhost', { headers: { connection: 'Keep-Alive' } }],
    ['with a backslash in its query', 'localhost', { path: '/?\\other' }],
    [
      'with two slashes, as a base URL and a path often make them',
      'localhost',
      { path: '//other/' },
    ],
  ])('%s', async (_, host, options) => {
    const looked: string[] = [];
    const server = await serve(perRequest('ticket'));
    const proxy = await serveProxy(() => undefined, {
      'proxy-support': 'Session-Based-Authentication',
    });
    const lookup: typeof lookupLoopback = (name, how, found) => {
      looked.push(name);
      lookupLoopback(name, how, found);
    };
    const { port } = server;
    const text = JSON.stringify({ ...options, origin: `http://${host}:${port}` });
    const given = JSON.parse(text.replaceAll('PORT', String(port))) as Options;
    for (const more of [{}, { proxy: { url: proxy.url, hosts: [] } }]) {
      fake.legAnswers.push(last('ticket'));
      const agent = agentFor({ connect: { lookup }, ...more });
      await expect(dispatch(agent, given)).resolves.toBe(200);
    }
    expect(new Set(looked)).toEqual(new Set(['localhost']));
    expect(new Set(fake.legs.map(({ targetName }) => targetName))).toEqual(
      new Set(['HTTP/localhost']),
    );
    expect(server.seen.every(({ headers }) => headers.host === `localhost:${port}`)).toBe(true);
    const targets = proxy.seen.map(({ url }) => url);
    expect(targets.length).toBe(2);
    expect(targets.every((url) => url.startsWith(`http://localhost:${port}/`))).toBe(true);
    expect(server.seen.every(({ url }) => !/[#@\r\n]/.test(url))).toBe(true);
  });

  test('what a getter gives is read once', async () => {
    const server = await serve(perRequest('ticket'));
    const paths = ['/first', '@other/', '@other/'];
    const origins = [server.origin, 'http://other', 'http://other'];
    const given = {
      get path() {
        return paths.shift();
      },
      method: 'GET' as const,
    };
    const agent = agentFor();
    fake.legAnswers.push(last('ticket'));
    const status = await new Promise((resolve) => {
      agent.dispatch(
        Object.defineProperty(given, 'origin', {
          get: () => origins.shift(),
          enumerable: true,
        }) as unknown as Dispatcher.DispatchOptions,
        {
          onRequestStart: () => undefined,
          onResponseStart: (_, code) => {
            resolve(code);
          },
          onResponseError: (_, error) => {
            resolve(error);
          },
        },
      );
    });
    expect(status).toBe(200);
    expect(server.seen.map(({ url }) => url)).toEqual(['/first', '/first']);
  });

  test('the Host field of a fetch that is redirected is that of each hop', async () => {
    const other = await serve((_, response) => {
      response.end('other');
    });
    const server = await serve((_, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${other.port}/` }).end();
    });
    const response = await fetch(server.origin, {
      dispatcher: agentFor(),
      headers: { host: `localhost:${server.port}` },
    });
    await expect(response.text()).resolves.toBe('other');
    expect(other.seen[0]?.headers.host).toBe(`127.0.0.1:${other.port}`);
  });

  test.each([
    ['http://[0:0::1]:80', 'http://[::1]/'],
    ['https://web.example.com.:8443', 'https://web.example.com:8443/'],
    ['http://0xa.5', 'http://10.0.0.5/'],
    ['http://MÜNCHEN.example/', 'http://xn--mnchen-3ya.example/'],
  ])('the origin %s is %s', (text, href) => {
    expect(checkedOrigin(text).href).toBe(href);
  });
});
