/** Bodies that fail, and requests that only the agent knows. */

import { createReadStream, type ReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import type { Dispatcher } from 'undici';

import type { IntegratedAgent } from '../../../lib/http/client/undici/integrated-agent.js';

/** Resolves at the end of a request that only the agent knows; nothing else handles its body. */
export function sendBody(
  agent: IntegratedAgent,
  origin: string,
  body: unknown,
  options: Partial<Dispatcher.DispatchOptions> & { abort?: AbortSignal } = {},
): Promise<number> {
  const { abort, ...rest } = options;
  return new Promise((resolve, reject) => {
    let status = 0;
    agent.dispatch(
      { origin, path: '/', method: 'PUT', body: body as string, ...rest },
      {
        onRequestStart: (controller) => {
          abort?.addEventListener('abort', () => {
            controller.abort(abort.reason as Error);
          });
        },
        onResponseStart: (_, code) => {
          status = code;
        },
        onResponseEnd: () => {
          resolve(status);
        },
        onResponseError: (_, error) => {
          reject(error);
        },
      },
    );
  });
}

/** A file that does not exist. */
export const missing = (): ReadStream => createReadStream(join(__dirname, 'missing'));
export const broken = Object.assign(new Error('the body broke'), { code: 'ECONNRESET' });

export interface Breakable {
  body: unknown;
  breakNow: () => void;
}

/** Bodies that wait, and fail when told to. */
export const breakables: (readonly [string, () => Breakable])[] = [
  [
    'a Readable',
    () => {
      const body = new Readable({ read: () => undefined });
      return { body, breakNow: () => body.destroy(broken) };
    },
  ],
  ...([undefined, 'bytes'] as const).map((type): [string, () => Breakable] => [
    type === undefined ? 'a web stream' : 'a byte stream',
    () => {
      let controller: { error: (reason: unknown) => void } | undefined;
      const body = new ReadableStream({
        ...(type && { type }),
        start: (made: typeof controller) => {
          controller = made;
        },
      } as object);
      return { body, breakNow: () => controller?.error(broken) };
    },
  ]),
  [
    'an asynchronous generator',
    () => {
      let breakNow: () => void = () => undefined;
      const wait = new Promise<void>((_, reject) => {
        breakNow = () => {
          reject(broken);
        };
      });
      wait.catch(() => undefined);
      const body = (async function* () {
        await wait;
        yield 'never';
      })();
      return { body, breakNow };
    },
  ],
];

/** Waits until pending callbacks have run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

export async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}
