// Firefox without a window, with a profile of its own.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import marionette from '../../../dist/test/instruments/support/peers/marionette.js';
import { Program } from './program.mjs';

const { Marionette } = marionette;

/** Where Firefox looks for what an administrator decided. */
const POLICIES = '/etc/firefox/policies';

const PREFERENCES = {
  // Where it logs on by itself.
  'network.negotiate-auth.trusted-uris': '.sspi.test',
  // The page works without.
  'javascript.enabled': false,
  // As sharp as a good screen.
  'layout.css.devPixelsPerPx': '2.0',
  'marionette.port': 0,
  'network.proxy.type': 0,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
};

const WINDOW = { width: 1280, height: 900 };

/** Makes an authority one that Firefox trusts. Only in the testbed, whose /etc is gone afterwards. */
function trustAuthority(authority) {
  if (process.env.SECUR32_TESTBED === undefined) throw new Error('only in the testbed');
  mkdirSync(POLICIES, { recursive: true });
  const policies = { Certificates: { Install: [authority] } };
  writeFileSync(join(POLICIES, 'policies.json'), JSON.stringify({ policies }));
}

/**
 * Starts it. It logs on with the ticket in KRB5CCNAME.
 *
 * @param {string} profile an empty folder
 * @param {string} authority whose certificates it trusts, as PEM
 */
export async function startFirefox(profile, authority) {
  trustAuthority(authority);
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  const program = new Program(
    'firefox-esr',
    ['--headless', '--no-remote', '--marionette', '--profile', profile],
    { ...process.env, HOME: profile },
  );
  const [, port] = await program.printed(/Marionette\tINFO\tListening on port (\d+)\n/);
  const session = await Marionette.connect(Number(port));
  await session.command('WebDriver:NewSession', {});
  await session.command('WebDriver:SetWindowRect', WINDOW);
  return new Firefox(program, session);
}

class Firefox {
  #program;
  #session;

  constructor(program, session) {
    this.#program = program;
    this.#session = session;
  }

  /** Opens an address; rejects for a server that it does not trust. */
  async open(/** @type {string} */ url) {
    await this.#session.command('WebDriver:Navigate', { url });
  }

  /** What the elements that a selector matches say, as a person reads it. */
  async texts(/** @type {string} */ value) {
    const found = await this.#session.command('WebDriver:FindElements', {
      using: 'css selector',
      value,
    });
    const texts = [];
    for (const element of found) {
      const [id] = Object.values(element);
      texts.push(await this.#session.command('WebDriver:GetElementText', { id }));
    }
    return texts;
  }

  /** A picture of the whole page, as PNG. */
  async picture() {
    const base64 = await this.#session.command('WebDriver:TakeScreenshot', { full: true });
    return Buffer.from(base64, 'base64');
  }

  async close() {
    await this.#program.end();
  }
}
