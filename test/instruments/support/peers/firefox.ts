/** Firefox without a window. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Marionette } from './marionette.js';
import { freePort, listening, startProgram, type Program } from './programs.js';

export interface Firefox {
  /** Opens an address, and waits until the page is there. What it cannot open rejects. */
  open(url: string): Promise<void>;
  /** What the page says, as a person reads it. */
  text(): Promise<string>;
  /** A picture of the page, as PNG. */
  picture(): Promise<Buffer>;
  program: Program;
}

/** Where it logs on by itself, and how it stays as it is for a test. */
const PREFERENCES: Record<string, string | number | boolean> = {
  'network.negotiate-auth.trusted-uris': '.sspi.test',
  // Hosts of 127.0.0.1 are reached directly, whatever the system says.
  'network.proxy.type': 0,
  // JSON as it is, not in a viewer.
  'devtools.jsonview.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/** Starts it with a profile of its own. It logs on with the ticket in KRB5CCNAME. */
export async function startFirefox(
  env: Record<string, string> = {},
  preferences: Record<string, string | number | boolean> = {},
): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), 'secur32-firefox-'));
  const port = await freePort();
  const all = { ...PREFERENCES, 'marionette.port': port, ...preferences };
  writeFileSync(
    join(profile, 'user.js'),
    Object.entries(all)
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
      .join(''),
  );
  const args = ['--headless', '--no-remote', '--marionette', '--profile', profile];
  const program = startProgram('firefox-esr', args, { HOME: profile, ...env });
  await listening(port, program);
  const marionette = await Marionette.connect(port);
  await marionette.command('WebDriver:NewSession', {
    // Certificates of the tests are nobody's.
    capabilities: { alwaysMatch: { acceptInsecureCerts: true } },
  });
  return {
    open: async (url) => {
      await marionette.command('WebDriver:Navigate', { url });
    },
    text: async () => {
      const script = 'return document.body.innerText';
      const text = await marionette.command('WebDriver:ExecuteScript', { script, args: [] });
      return String(text).trim();
    },
    picture: async () => {
      const base64 = await marionette.command('WebDriver:TakeScreenshot', { full: true });
      return Buffer.from(String(base64), 'base64');
    },
    program,
  };
}
