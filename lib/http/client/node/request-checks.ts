/** Checks that a request of node:http is for the host of its connection. */

import type { ClientRequest, ClientRequestArgs } from 'node:http';

import { argumentError } from '../../../core/errors.js';
import { hostOf } from '../host-rules.js';
import { checkedMethod, checkedOrigin, checkedPath, isHostOf } from '../request/request-target.js';
import { asNodeRequest } from './node-internals.js';

/**
 * The URL of the host that the options of a request name.
 *
 * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
 */
export function urlOfRequest(protocol: 'http:' | 'https:', options: ClientRequestArgs): URL {
  if (typeof options !== 'object')
    throw argumentError('the options of a request must be an object');
  const { host, port, socketPath } = options;
  if (socketPath !== undefined && socketPath !== null) {
    throw argumentError('an agent that logs on does not support socketPath');
  }
  const name = host ?? 'localhost';
  const authority = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const portText = port === undefined || port === null ? '' : `:${port}`;
  return checkedOrigin(`${protocol}//${authority}${portText}`, 'the host of the request');
}

/**
 * Checks a request for a connection that is logged on, both now and when its head
 * is written, because it may change until then.
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

/** The certificate must be that of the request's host, and only the agent's options decide how it is checked. */
function checkTlsOptions(options: ClientRequestArgs, url: URL): void {
  const { servername, checkServerIdentity } = options as Record<string, unknown>;
  const other = typeof servername === 'string' ? servername.toLowerCase() : '';
  if (other !== '' && other !== hostOf(url)) {
    throw argumentError(`servername must be ${hostOf(url)}, the host of the request`);
  }
  // Node.js would also use the connection for requests without this option.
  if (checkServerIdentity !== undefined) {
    throw argumentError("pass checkServerIdentity in the agent's option connect");
  }
}

function checkHead(request: ClientRequest, url: URL, whole: boolean): void {
  checkedMethod(request.method);
  checkedPath(request.path);
  const [host, ...more] = valuesOf(request, 'host');
  if (more.length > 0 || (host !== undefined && !isHostOf(host, url))) {
    throw argumentError(`the Host field must be ${url.host}, the host of the connection`);
  }
  if (whole && host === undefined) throw argumentError('the request must have a Host field');
  if (valuesOf(request, 'authorization').length > 0) {
    throw argumentError('omit Authorization and auth: the connection is already logged on');
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
