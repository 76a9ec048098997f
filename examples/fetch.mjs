// Gets a page of an intranet as the user of the process, or posts text to it.
//
//   node examples/fetch.mjs URL          GET
//   node examples/fetch.mjs URL TEXT     POST
//
//   SECUR32_EXAMPLE_PACKAGE  the security package behind Negotiate, Negotiate by default

import { integratedFetch } from 'secur32/http';

const { SECUR32_EXAMPLE_PACKAGE: Negotiate = 'Negotiate' } = process.env;
const [url, text] = process.argv.slice(2);

const fetch = integratedFetch({
  // The servers to log on to. The targets of redirects are compared with the same list.
  hosts: [new URL(url).hostname],
  packages: { Negotiate },
});
try {
  const response = await fetch(url, text === undefined ? {} : { method: 'POST', body: text });
  console.log(`${response.status} ${response.statusText}`);
  console.log((await response.text()).trimEnd());
  if (!response.ok) process.exitCode = 1;
} catch (error) {
  // fetch rejects with a TypeError; its cause is the actual error.
  const { code, message } = error.cause ?? error;
  console.error(`${code ?? 'error'}: ${message}`);
  process.exitCode = 1;
} finally {
  await fetch.close();
}
