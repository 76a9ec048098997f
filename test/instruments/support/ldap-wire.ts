/** Stands between an LDAP client and the domain's server, sees what is on the wire and changes it. */

import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const LDAP_PORT = 389;
const SEQUENCE = 0x30;

/** How long the first answer is: an LDAP message of the bind, or behind it a length and what is sealed. */
function answerSize(bytes: Buffer): number {
  if (bytes.length < 2) return Infinity;
  if (bytes[0] !== SEQUENCE) return bytes.length < 4 ? Infinity : 4 + bytes.readUInt32BE();
  const length = bytes.readUInt8(1);
  if (length < 0x80) return 2 + length;
  const head = 2 + (length & 0x7f);
  return bytes.length < head ? Infinity : head + bytes.readUIntBE(2, length & 0x7f);
}

/** Writes what the client gets in place of an answer; the index counts the answers from 0. */
export type Tamper = (answer: Buffer, index: number, client: Socket) => void;

export class LdapWire {
  /** What the client sent. */
  sent = Buffer.alloc(0);
  /** What the server answered, one by one. */
  readonly answers: Buffer[] = [];
  tamper: Tamper = (answer, _index, client) => client.write(answer);
  readonly #server: Server;

  constructor(host: string) {
    this.#server = createServer({ noDelay: true }, (client) => {
      const server = connect(LDAP_PORT, host);
      client.on('data', (chunk: Buffer) => {
        this.sent = Buffer.concat([this.sent, chunk]);
        server.write(chunk);
      });
      let waiting = Buffer.alloc(0);
      server.on('data', (chunk: Buffer) => {
        waiting = Buffer.concat([waiting, chunk]);
        for (let size; (size = answerSize(waiting)) <= waiting.length;) {
          const answer = waiting.subarray(0, size);
          waiting = waiting.subarray(size);
          this.tamper(answer, this.answers.push(answer) - 1, client);
        }
      });
      client.on('error', () => undefined).on('close', () => server.destroy());
      server.on('error', () => undefined).on('close', () => client.destroy());
    });
  }

  /** The port on 127.0.0.1. */
  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }
}
