/** A server of ours in Windows' node.exe, for clients of others. */

import { join } from 'node:path';

import type { ServerCertificate } from './certificates.js';
import { startWindows, type Program } from './programs.js';
import type { WebServerInput } from './web-server-program.js';

const PROGRAM = join(__dirname, 'web-server-program.js');

export interface WebServer {
  port: number;
  /** The address of a path, by the name that the service has. */
  url(path?: string): string;
  program: Program;
  /**
   * Waits until an event was logged: JSON with type, reason, status and code,
   * in this order. What it prints arrives a moment behind its answers.
   */
  told(event: RegExp): Promise<unknown>;
}

/** Starts it with these options of `integratedAuth`. */
export async function startWebServer(
  options: WebServerInput['options'] = {},
  certificate?: ServerCertificate,
  protocol: 'http1' | 'http2' = 'http1',
  relayed?: WebServerInput['relayed'],
): Promise<WebServer> {
  const input: WebServerInput = {
    options,
    ...(relayed && { relayed }),
    http2: protocol === 'http2',
    ...(certificate && { tls: { certificate: certificate.certificate, key: certificate.key } }),
  };
  const program = startWindows([PROGRAM], { SECUR32_TEST_WEB_SERVER: JSON.stringify(input) });
  const port = Number((await program.printed(/^listening (\d+)/m))[1]);
  const scheme = certificate === undefined ? 'http' : 'https';
  return {
    port,
    url: (path = '/') => `${scheme}://web.sspi.test:${port}${path}`,
    program,
    told: (event) => program.printed(new RegExp(`^event .*${event.source}`, 'm')),
  };
}
