// Starts programs beside the demo, and ends them with it.

import { spawn } from 'node:child_process';

const STARTS_WITHIN_MS = 60_000;

export class Program {
  #name;
  #child;
  #ended;
  #output = '';
  /** What it complained of so far. */
  errors = '';

  /** @param {string} name of the program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
  constructor(name, args, env = process.env) {
    this.#name = name;
    this.#child = spawn(name, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout.setEncoding('utf8').on('data', (text) => (this.#output += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.errors += text));
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(String(error)));
      this.#child.once('exit', (code, signal) => resolve(`it ended with ${code ?? signal}`));
    });
  }

  /** Waits for a text in what it prints. Rejects where it ends before, or takes too long. */
  async printed(/** @type {RegExp} */ text) {
    let why;
    void this.#ended.then((end) => (why = end));
    for (const deadline = Date.now() + STARTS_WITHIN_MS; why === undefined;) {
      const found = text.exec(this.#output);
      if (found) return found;
      if (Date.now() > deadline) why = `it did not print ${text}`;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${this.#name}: ${why}\n${this.#output}${this.errors}`);
  }

  async end() {
    this.#child.kill();
    await this.#ended;
  }
}
