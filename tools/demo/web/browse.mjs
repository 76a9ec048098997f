// The page in a browser, in the testbed: runs in its Linux Node.js, starts the
// server in Windows' node.exe and Firefox beside it, and prints what Firefox
// shows.
//
//   node tools/demo/web/browse.mjs PICTURE [--json]

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { makeCertificates } from './certificates.mjs';
import { startFirefox } from './firefox.mjs';
import { printPage } from './print.mjs';
import { Program } from './program.mjs';

/** Windows' node.exe; its paths may be those of Linux. */
const WINDOWS_NODE = '/opt/testbed/bin/node';
const HOST = 'web.sspi.test';
const PORT = '8443';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [picture] = positionals;
const { SECUR32_TEST_USER, SECUR32_TEST_REALM } = process.env;

/** What the page says, as Firefox shows it. */
async function readPage(firefox) {
  const [heading] = await firefox.texts('h1');
  if (heading === undefined) throw new Error(`no page, but: ${await firefox.texts('body')}`);
  const names = await firefox.texts('dt');
  const texts = await firefox.texts('dd');
  return {
    heading,
    facts: names.map((name, index) => [name, texts[index]]),
    exchange: await firefox.texts('.exchange li'),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'secur32-web-'));
const running = [];
try {
  const { authority, certificate, key } = makeCertificates(folder, HOST);
  const server = new Program(WINDOWS_NODE, [
    'tools/demo/web/server.mjs',
    ...['--host', HOST, '--port', PORT, '--certificate', certificate, '--key', key],
  ]);
  running.push(async () => {
    await server.end();
    // Why somebody was refused, for instance.
    process.stderr.write(server.errors);
  });
  const [, url] = await server.printed(/^listening on (\S+)/m);

  const profile = join(folder, 'profile');
  mkdirSync(profile);
  const firefox = await startFirefox(profile, authority);
  running.push(() => firefox.close());
  await firefox.open(url);
  const page = await readPage(firefox);
  writeFileSync(picture, await firefox.picture());
  const where = { url, ticketOf: `${SECUR32_TEST_USER}@${SECUR32_TEST_REALM}`, picture };
  if (values.json) console.log(JSON.stringify({ ...where, ...page }));
  else printPage(where, page);
} finally {
  for (const end of running.reverse()) await end();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
