// Sends a file to a server as the user of the process, and reads which user the
// server recognized, over one connection with undici.
//
//   node examples/undici.mjs URL FILE
//
//   SECUR32_EXAMPLE_PACKAGE  the security package behind Negotiate, Negotiate by default

import { createReadStream } from 'node:fs';
import { IntegratedAgent } from 'secur32/http';
import { request } from 'undici';

const { SECUR32_EXAMPLE_PACKAGE: Negotiate = 'Negotiate' } = process.env;
const [url, file] = process.argv.slice(2);

const dispatcher = new IntegratedAgent({
  hosts: [new URL(url).hostname],
  packages: { Negotiate },
  // A stream can be sent only once, so the logon must not come after it.
  preemptive: true,
});
try {
  const sent = await request(url, { dispatcher, method: 'POST', body: createReadStream(file) });
  console.log(`${sent.statusCode} ${(await sent.body.text()).trimEnd()}`);
  const read = await request(new URL('/', url), { dispatcher });
  console.log(`${read.statusCode} ${(await read.body.text()).trimEnd()}`);
} catch (error) {
  console.error(`${error.code ?? 'error'}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await dispatcher.close();
}
