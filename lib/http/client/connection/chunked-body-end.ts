/** Finds the end of a chunked body (RFC 9112, section 7.1). */

const MAX_LINE_BYTES = 8 * 1024;
const LINE_FEED = 10;

type State = 'size' | 'data' | 'after data' | 'trailers' | 'end';

export class ChunkedBodyEnd {
  #state: State = 'size';
  #left = 0;
  #line = '';

  /**
   * Takes the next bytes. Returns how many of them belong to the body if it ends
   * in them; otherwise undefined.
   *
   * @throws Error if they are not a chunked body
   */
  feed(bytes: Uint8Array): number | undefined {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const taken = Math.min(this.#left, bytes.length - at);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#state = 'after data';
        continue;
      }
      const feed = bytes.indexOf(LINE_FEED, at);
      const end = feed < 0 ? bytes.length : feed + 1;
      this.#line += Buffer.from(bytes.subarray(at, end)).toString('latin1');
      at = end;
      if (this.#line.length > MAX_LINE_BYTES)
        throw new Error('a line of the chunked body is too long');
      if (feed < 0) return undefined;
      if (!this.#line.endsWith('\r\n'))
        throw new Error('a line of the chunked body does not end with CRLF');
      this.#endOfLine(this.#line.slice(0, -2));
      this.#line = '';
      if (this.#state === 'end') return at;
    }
    return undefined;
  }

  #endOfLine(line: string): void {
    if (this.#state === 'size') {
      const size = /^(?<hex>[0-9A-Fa-f]{1,8})(?:[ \t]*;.*)?$/.exec(line)?.groups?.['hex'];
      if (size === undefined) throw new Error('the size of a chunk is invalid');
      this.#left = parseInt(size, 16);
      this.#state = this.#left === 0 ? 'trailers' : 'data';
    } else if (this.#state === 'after data') {
      if (line !== '') throw new Error('a chunk is longer than its size');
      this.#state = 'size';
    } else if (line === '') {
      this.#state = 'end';
    }
  }
}
