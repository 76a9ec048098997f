/** Tries to send a handle to another thread. */

import { MessageChannel } from 'node:worker_threads';

import { Credentials } from '../../../lib/context/credentials.js';
import { openCredential } from '../../../lib/raw/handles.js';
import { answer } from '../../instruments/support/child.js';

async function main(): Promise<void> {
  const credentials = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(openCredential(credentials.handle).native);
    answer({ posted: 'sent' });
  } catch {
    answer({ posted: 'refused' });
  } finally {
    port1.close();
    port2.close();
    credentials.close();
  }
}

void main();
