// A logon in one process, its messages in another one of the same machine: a
// gateway logs clients on and hands each to a worker.
//
//   node examples/export-import.mjs
//   npm run testbed -- node examples/export-import.mjs
//
// What is handed over has the context's keys in it. It goes through a pipe to
// a process that this one started, and nowhere else.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  adoptToken,
  decryptMessage,
  duplicateTokenInto,
  exportSecurityContext,
  importSecurityContext,
  SECBUFFER_DATA,
  SECBUFFER_STREAM,
  tokenInformation,
} from 'secur32/raw';
import { loggedOn, packageName, report } from './support/log-on.mjs';

/** Logs a client on, hands the context to a worker, and lets the client send it a message. */
async function gateway() {
  const protection = { protection: 'encrypt' };
  const { client, server, close } = await loggedOn({ client: protection, server: protection });
  try {
    const { packed, token } = exportSecurityContext(server.handle);
    const worker = fork(fileURLToPath(import.meta.url), ['worker']);
    try {
      // The token is a handle: it is of use in the process that it was made for.
      const tokenValue = token === undefined ? undefined : duplicateTokenInto(token, worker.pid);
      worker.send({
        packed: packed.toString('base64'),
        token: tokenValue?.toString(),
        message: client.wrap(Buffer.from('hello, whoever you are')).toString('base64'),
      });
      const [code] = await once(worker, 'exit');
      process.exitCode = code;
    } finally {
      token?.close();
      packed.fill(0);
      worker.kill();
    }
  } finally {
    close();
  }
}

/** Takes a context over, and reads with it what the client wrapped. */
function work({ packed, token: tokenValue, message }) {
  const token = tokenValue === undefined ? undefined : adoptToken(BigInt(tokenValue));
  const bytes = Buffer.from(packed, 'base64');
  const context = importSecurityContext({ package: packageName, packed: bytes, token });
  try {
    bytes.fill(0);
    const { message: buffers } = decryptMessage(context, {
      message: [
        { type: SECBUFFER_STREAM, data: Buffer.from(message, 'base64') },
        { type: SECBUFFER_DATA },
      ],
    });
    const plain = buffers.find(({ type }) => type === SECBUFFER_DATA);
    console.log(`process ${process.pid} reads: ${plain.data}`);
    if (token !== undefined) console.log(`its user: ${tokenInformation(token).user}`);
  } finally {
    context.close();
    token?.close();
  }
}

if (process.argv[2] === 'worker') {
  process.once('message', (handedOver) => {
    try {
      work(handedOver);
    } catch (error) {
      report(error);
    }
  });
} else {
  await gateway().catch(report);
}
