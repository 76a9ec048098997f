/** The bind of examples/ldap with servers that say what they like, and a context that takes all. */

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { answer, childInput } from '../../instruments/support/child.js';

interface Script {
  /** What a server writes after each request, in hexadecimal digits; null to end the connection. */
  answers: readonly (string | null)[];
  timeoutMs: number;
}

interface Step {
  token: Buffer | undefined;
}

interface SaslBind {
  saslBind: (socket: Socket, context: object, timeoutMs: number) => Promise<object>;
}

interface Sealed {
  SealedSocket: new (socket: Socket, context: object, limits: object) => Duplex;
}

/** Established by the first token of a server, whatever it is. */
class GullibleContext {
  readonly sizes = { securityTrailer: 60, blockSize: 1 };
  established = false;

  step(token?: Uint8Array): Promise<Step> {
    this.established = token !== undefined;
    return Promise.resolve({ token: token === undefined ? Buffer.from('hello') : undefined });
  }

  wrap(message: Buffer): Buffer {
    return message;
  }

  unwrap(message: Buffer): Buffer {
    return message;
  }

  close(): void {
    this.established = false;
  }
}

const EXAMPLE = '../../../../examples/ldap';

/** Logs on, and gives the limits that both sides have. */
async function logOn(socket: Socket, timeoutMs: number): Promise<object> {
  const { saslBind } = (await import(`${EXAMPLE}/sasl-bind.mjs`)) as SaslBind;
  const { SealedSocket } = (await import(`${EXAMPLE}/sealed-socket.mjs`)) as Sealed;
  const context = new GullibleContext();
  const limits = await saslBind(socket, context, timeoutMs);
  new SealedSocket(socket, context, limits).destroy();
  return limits;
}

async function main(): Promise<void> {
  const outcomes: Record<string, unknown> = {};
  const scripts = childInput() as Record<string, Script>;
  for (const [name, { answers: written, timeoutMs }] of Object.entries(scripts)) {
    const answers = [...written];
    const server = createServer((client) => {
      client.on('error', () => undefined);
      client.on('data', () => {
        const next = answers.shift();
        if (next === null) client.end();
        else if (next !== undefined) client.write(Buffer.from(next, 'hex'));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    outcomes[name] = await logOn(socket, timeoutMs).catch(String);
    socket.destroy();
    server.close();
  }
  answer(outcomes);
}

void main();
