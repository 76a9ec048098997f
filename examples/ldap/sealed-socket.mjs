// What comes behind the logon: frames of a length and what `wrap` wrote (RFC 4422, 3.7).

import { Duplex } from 'node:stream';

const LENGTH_BYTES = 4;

/** A socket whose bytes only the two sides of a context can read. It owns both. */
export class SealedSocket extends Duplex {
  #socket;
  #context;
  #maxReceived;
  /** How much of the program's bytes goes into a message. */
  #maxPlain;
  #waiting = Buffer.alloc(0);

  /** @param limits the largest sealed messages that the two sides take, in bytes */
  constructor(socket, context, limits) {
    super({ allowHalfOpen: false });
    const { securityTrailer, blockSize } = context.sizes;
    this.#maxPlain = limits.send - securityTrailer - blockSize;
    if (this.#maxPlain < 1) throw new Error('the server takes no message that is large enough');
    this.#socket = socket;
    this.#context = context;
    this.#maxReceived = limits.receive;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.once('end', () => this.#end());
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
        if (size > this.#maxReceived) throw new Error('a message that is too large');
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

  #end() {
    if (this.#waiting.length === 0) this.push(null);
    else this.destroy(new Error('the connection ends in the midst of a message'));
  }

  _read() {
    this.#socket.resume();
  }

  _write(chunk, encoding, callback) {
    const frames = [];
    try {
      for (let at = 0; at < chunk.length; at += this.#maxPlain) {
        const sealed = this.#context.wrap(chunk.subarray(at, at + this.#maxPlain));
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32BE(sealed.length);
        frames.push(length, sealed);
      }
    } catch (error) {
      callback(error);
      return;
    }
    this.#socket.write(Buffer.concat(frames), callback);
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
