/** Whether a request came through a proxy, whose connection may carry requests of other clients, too. */

import type { IncomingMessage } from 'node:http';

/** The fields of RFC 9110, RFC 7239 and RFC 8586, and those that proxies and load balancers add. */
const NAMES = new Set([
  'via',
  'forwarded',
  'forwarded-for',
  'cdn-loop',
  'x-original-forwarded-for',
  'x-original-host',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-remote-ip',
  'x-remote-addr',
  'x-originating-ip',
  'x-envoy-external-address',
  'x-azure-clientip',
  'x-azure-socketip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'proxy-client-ip',
  'wl-proxy-client-ip',
]);

/** The last two are those of IIS: Application Request Routing and iisnode. */
const PREFIXES = ['x-forwarded', 'x-arr-', 'x-iisnode-'];

/**
 * Whether the header fields say that the request was forwarded. A proxy that adds
 * no field cannot be detected. A client that adds one itself is only rejected.
 */
export function isForwarded({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.some((name, i) => i % 2 === 0 && isProxyField(name.toLowerCase()));
}

function isProxyField(name: string): boolean {
  return NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
