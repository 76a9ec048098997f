interface WaitingCall {
  start: () => void;
  reject: (error: Error) => void;
}

/**
 * Runs one call at a time, first come first served.
 *
 * Two calls must not use the same security context at once, so every call on a
 * context goes through its queue. A call on an idle queue starts before `run`
 * returns, so its arguments need not be copied to survive the wait.
 */
export class CallQueue {
  #running = false;
  #rejectRunning: ((error: Error) => void) | undefined;
  #waiting: WaitingCall[] = [];
  #closedBy: (() => Error) | undefined;
  #whenIdle: (() => void)[] = [];

  /** Whether a new call would have to wait. */
  get busy(): boolean {
    return this.#running;
  }

  run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy());
    return new Promise<T>((resolve, reject) => {
      const start = () => {
        this.#running = true;
        this.#rejectRunning = reject;
        // The next call starts before code that awaits this one continues.
        const settle = <V>(settled: (value: V) => void) => {
          return (value: V) => {
            this.#next();
            settled(value);
          };
        };
        void (async () => call())().then(settle(resolve), settle(reject));
      };
      if (this.#running) this.#waiting.push({ start, reject });
      else start();
    });
  }

  /**
   * Rejects the running call, the waiting calls and all later calls. The
   * running call itself cannot be stopped; its result is discarded.
   */
  close(error: () => Error): void {
    this.#closedBy ??= error;
    this.#rejectRunning?.(this.#closedBy());
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closedBy());
  }

  /** Calls back as soon as no call runs or waits; immediately if the queue is idle. */
  whenIdle(callback: () => void): void {
    if (this.#running) this.#whenIdle.push(callback);
    else callback();
  }

  #next(): void {
    this.#running = false;
    this.#rejectRunning = undefined;
    this.#waiting.shift()?.start();
    if (this.#running) return;
    for (const callback of this.#whenIdle.splice(0)) callback();
  }
}
