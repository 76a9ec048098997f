/** Whether a request of node:http is for the host whose connection it goes over. */

import type { ClientRequest, ClientRequestArgs } from 'node:http';

import { argumentError } from '../../../core/errors.js';
import { hostOf } from '../host-rules.js';
import { asNodeRequest } from './node-internals.js';
import { checkedMethod, checkedOrigin, checkedPath, isHostOf } from '../request/request-target.js';

/**
 * The URL of the host that the options of a request name.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function urlOfRequest(protocol: 'http:' | 'https:', options: ClientRequestArgs): URL {
  if (typeof options !== 'object') throw argumentError('the options must be an object');
  const { host, port, socketPath } = options;
  if (socketPath !== undefined && socketPath !== null) {
    throw argumentError('an agent that logs on does not connect to a socketPath');
  }
  const name = host ?? 'localhost';
  const authority = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const portText = port === undefined || port === null ? '' : `:${port}`;
  return checkedOrigin(`${protocol}//${authority}${portText}`, 'the host of the request');
}

/**
 * Checks a request that goes over a connection that is logged on, now and when
 * its head is written: it may change until then.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function checkRequest(request: ClientRequest, options: ClientRequestArgs, url: URL): void {
  checkTlsOptions(options, url);
  const node = asNodeRequest(request);
  checkHead(request, url, typeof node._header === 'string');
  const write = node._implicitHeader.bind(request);
  node._implicitHeader = () => {
    checkHead(request, url, true);
    write();
  };
}

/** The certificate is checked for the host that is logged on to, and as the agent's own options say. */
function checkTlsOptions(options: ClientRequestArgs, url: URL): void {
  const { servername, checkServerIdentity } = options as Record<string, unknown>;
  const other = typeof servername === 'string' ? servername.toLowerCase() : '';
  if (other !== '' && other !== hostOf(url)) {
    throw argumentError(`servername must be the host of the request, ${hostOf(url)}`);
  }
  // Node.js would give the connection to requests without it as well.
  if (checkServerIdentity !== undefined) {
    throw argumentError('checkServerIdentity belongs in the option connect of the agent');
  }
}

function checkHead(request: ClientRequest, url: URL, whole: boolean): void {
  checkedMethod(request.method);
  checkedPath(request.path);
  const [host, ...more] = valuesOf(request, 'host');
  if (more.length > 0 || (host !== undefined && !isHostOf(host, url))) {
    throw argumentError(`the Host field must be that of the connection, ${url.host}`);
  }
  if (whole && host === undefined) throw argumentError('a request must have a Host field');
  if (valuesOf(request, 'authorization').length > 0) {
    throw argumentError('the connection is logged on: leave out Authorization and auth');
  }
}

function valuesOf(request: ClientRequest, name: string): unknown[] {
  const head = asNodeRequest(request)._header;
  if (typeof head !== 'string') {
    const value = request.getHeader(name);
    return value === undefined ? [] : [value].flat();
  }
  return head.split('\r\n').flatMap((line, i) => {
    const [field = '', ...value] = line.split(':');
    return i > 0 && field.trim().toLowerCase() === name ? [value.join(':').trim()] : [];
  });
}
