/** Ends workers while their calls are running on other threads. */

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { ClientContext } from '../../../lib/context/client-context.js';
import { Credentials } from '../../../lib/context/credentials.js';
import { liveCounts } from '../../../lib/raw/live-counts.js';
import { ServerContext } from '../../../lib/context/server-context.js';
import { answer, childInput } from '../../instruments/support/child.js';

interface Input {
  call: 'leg' | 'acquire';
  times: number;
}

async function terminateDuring(input: Input): Promise<void> {
  const worker = new Worker(__filename, { workerData: input });
  await new Promise((resolve) => worker.once('message', resolve));
  await worker.terminate();
}

async function main(): Promise<void> {
  const input = childInput() as Input;
  let terminated = 0;
  for (; terminated < input.times; terminated++) await terminateDuring(input);
  let left = Infinity;
  for (let tries = 0; left > 0 && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { credentials, contexts, contextBuffers } = liveCounts();
    left = credentials + contexts + contextBuffers;
  }
  answer({ terminated, left });
}

/** Many calls in flight, so that some run and some wait whenever the end comes. */
async function call({ call: name }: Input): Promise<void> {
  const outbound = await Credentials.acquire({ package: 'NTLM', use: 'outbound' });
  const inbound = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
  const { token } = await new ClientContext(outbound).step();
  for (let i = 0; i < 20; i++) {
    const running =
      name === 'leg'
        ? new ServerContext(inbound).step(token ?? Buffer.alloc(0))
        : Credentials.acquire({ package: 'Kerberos', use: 'inbound' });
    void running.catch(() => undefined);
  }
  parentPort?.postMessage('calling');
}

void (isMainThread ? main() : call(workerData as Input));
