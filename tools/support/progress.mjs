/** How often a long step says that it is still at work. */
const LINE_INTERVAL_MS = 15_000;
const REDRAW_INTERVAL_MS = 250;

/**
 * Tells a person what long steps are doing and for how long: on a terminal in one line that is redrawn, elsewhere (a
 * log, a CI, a function that takes lines) in plain lines.
 */
export class Reporter {
  #prefix;
  #terminal;
  #line;

  /**
   * @param {object} [options]
   * @param {string} [options.prefix] what every line starts with
   * @param {(line: string) => void} [options.log] takes plain lines in place of stderr
   */
  constructor({ prefix = '', log } = {}) {
    this.#prefix = prefix;
    this.#terminal = !log && process.stderr.isTTY ? process.stderr : undefined;
    this.#line =
      log ?? ((line) => process.stderr.write(`${this.#terminal ? '\r\x1b[K' : ''}${line}\n`));
  }

  /** @param {string} text */
  note(text) {
    this.#line(this.#prefix + text);
  }

  /**
   * Runs one long step.
   *
   * @template T
   * @param {string} title
   * @param {(update: (detail: string) => void) => Promise<T>} work update: says what the step is doing just now
   * @returns {Promise<T>}
   */
  async step(title, work) {
    const started = performance.now();
    const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
    let detail = '';
    const now = () => `${title} … ${seconds()}${detail && `  ${detail}`}`;

    if (!this.#terminal) this.note(`${title} …`);
    const timer = setInterval(
      () => (this.#terminal ? this.#redraw(now()) : this.note(now())),
      this.#terminal ? REDRAW_INTERVAL_MS : LINE_INTERVAL_MS,
    );
    try {
      const result = await work((text) => (detail = text));
      this.note(`${title}: done in ${seconds()}`);
      return result;
    } catch (error) {
      this.note(`${title}: failed after ${seconds()}`);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** @param {string} text */
  #redraw(text) {
    const line = (this.#prefix + text).slice(0, (this.#terminal.columns || 80) - 1);
    this.#terminal.write(`\r\x1b[K${line}`);
  }
}
