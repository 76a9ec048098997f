// What comes behind the logon: frames of a length and what `wrap` wrote (RFC 4422).

import { Duplex } from 'node:stream';

const LENGTH_BYTES = 4;

/** A socket whose bytes only the two sides of a context can read. */
export class SealedSocket extends Duplex {
  #socket;
  #context;
  #limits;
  #waiting = Buffer.alloc(0);

  /** @param limits the largest messages, sealed, in both directions, in bytes */
  constructor(socket, context, limits) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#context = context;
    this.#limits = limits;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  /** As net.Socket says that it is connected. */
  get readyState() {
    return this.destroyed ? 'closed' : 'open';
  }

  get connecting() {
    return false;
  }

  #receive(chunk) {
    try {
      this.#waiting = Buffer.concat([this.#waiting, chunk]);
      while (this.#waiting.length >= LENGTH_BYTES) {
        const size = this.#waiting.readUInt32BE();
        if (size > this.#limits.receive) throw new Error('a message that is too large');
        const end = LENGTH_BYTES + size;
        if (this.#waiting.length < end) return;
        // Throws for what was changed, repeated or left out, and for what was not encrypted.
        const plain = this.#context.unwrap(this.#waiting.subarray(LENGTH_BYTES, end));
        this.#waiting = this.#waiting.subarray(end);
        if (!this.push(plain)) this.#socket.pause();
      }
    } catch (error) {
      this.destroy(error);
    }
  }

  _read() {
    this.#socket.resume();
  }

  _write(chunk, encoding, callback) {
    try {
      const { securityTrailer, blockSize } = this.#context.sizes;
      const most = this.#limits.send - securityTrailer - blockSize;
      for (let at = 0; at < chunk.length; at += most) {
        const sealed = this.#context.wrap(chunk.subarray(at, at + most));
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32BE(sealed.length);
        this.#socket.write(length);
        this.#socket.write(sealed);
      }
      callback();
    } catch (error) {
      callback(error);
    }
  }

  _final(callback) {
    this.#socket.end(callback);
  }

  _destroy(error, callback) {
    this.#socket.destroy();
    this.#context.close();
    callback(error);
  }
}
