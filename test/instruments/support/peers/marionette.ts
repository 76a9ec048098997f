/** What drives Firefox: its own protocol, JSON with its length in front, over TCP. */

import { connect, type Socket } from 'node:net';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One session of a browser. */
export class Marionette {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #received = Buffer.alloc(0);
  #last = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#readMessages();
    });
    socket.once('close', () => {
      for (const pending of this.#pending.values()) pending.reject(new Error('the browser ended'));
    });
    // What is pending learns it from 'close'.
    socket.on('error', () => undefined);
  }

  static async connect(port: number): Promise<Marionette> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Marionette(socket);
  }

  /** Sends a command of WebDriver, such as `WebDriver:Navigate`, and gives the value of its answer. */
  async command(name: string, parameters: object = {}): Promise<unknown> {
    if (this.#socket.closed) throw new Error('the browser ended');
    const id = ++this.#last;
    const text = JSON.stringify([0, id, name, parameters]);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  }

  #readMessages(): void {
    for (;;) {
      const colon = this.#received.indexOf(':');
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#received.toString('latin1', 0, colon));
      if (this.#received.length < end) return;
      this.#onMessage(this.#received.toString('utf8', colon + 1, end));
      this.#received = this.#received.subarray(end);
    }
  }

  #onMessage(text: string): void {
    const message: unknown = JSON.parse(text);
    // The first one is a greeting.
    if (!Array.isArray(message)) return;
    const [, id, error, result] = message as [
      number,
      number,
      { message: string } | null,
      { value?: unknown } | unknown[] | null,
    ];
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    // Lists come without a name.
    if (error === null) pending?.resolve(Array.isArray(result) ? result : result?.value);
    else pending?.reject(new Error(error.message));
  }
}
