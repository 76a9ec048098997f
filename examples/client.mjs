// Logs on to the server as the user of the process: node client.mjs PORT SPN

import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { ClientContext, Credentials } from 'secur32';

const [port, targetName] = process.argv.slice(2);
const credentials = await Credentials.acquire({ package: 'Negotiate', use: 'outbound' });
const context = new ClientContext(credentials, { targetName });
const socket = connect(Number(port), '127.0.0.1');
try {
  let step = await context.step();
  socket.write(`${step.token.toString('base64')}\n`);
  for await (const line of createInterface({ input: socket })) {
    if (step.done) {
      console.log(line);
      break;
    }
    step = await context.step(Buffer.from(line, 'base64'));
    if (step.token) socket.write(`${step.token.toString('base64')}\n`);
  }
} finally {
  context.close();
  credentials.close();
  socket.destroy();
}
