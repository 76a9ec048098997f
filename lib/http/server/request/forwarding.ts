/** Whether a request came through a proxy: then others may speak on its connection, too. */

import type { IncomingMessage } from 'node:http';

/** RFC 9110, RFC 7239 and RFC 8586, and what proxies and load balancers say of themselves. */
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

/** The last two are of IIS: Application Request Routing, and iisnode. */
const PREFIXES = ['x-forwarded', 'x-arr-', 'x-iisnode-'];

/**
 * Whether it says that it was forwarded. A proxy that says nothing cannot be
 * seen; a client that says so without one only refuses itself.
 */
export function saysForwarded({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.some((name, i) => i % 2 === 0 && isOfProxy(name.toLowerCase()));
}

function isOfProxy(name: string): boolean {
  return NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
