/** Whether a request came through a proxy: then others may speak on its connection, too. */

import type { IncomingMessage } from 'node:http';

const FORWARDING =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-original-forwarded-for|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip)$/;

/**
 * Whether it says that it was forwarded. A proxy that says nothing cannot be
 * seen; a client that says so without one only refuses itself.
 */
export function saysForwarded({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.some((name, i) => i % 2 === 0 && FORWARDING.test(name.toLowerCase()));
}
