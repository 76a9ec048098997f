// npm run describe-machine: what the suites run on, as lines of JSON: the system, the policies that decide how logons
// go, and the security packages. For the log of a run on a machine that nobody can look at afterwards.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, hostname, release, totalmem, userInfo, version } from 'node:os';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const RAW = fileURLToPath(new URL('../dist/lib/raw/index.js', import.meta.url));

/** Settings of Windows on which the result of a logon depends. */
const POLICIES = [
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa', 'LmCompatibilityLevel'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa', 'DisableLoopbackCheck'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa', 'SuppressExtendedProtection'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa', 'LsaCfgFlags'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0', 'BackConnectionHostNames'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0', 'NtlmMinClientSec'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0', 'NtlmMinServerSec'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0', 'RestrictSendingNTLMTraffic'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0', 'RestrictReceivingNTLMTraffic'],
  ['HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\WDigest', 'UseLogonCredential'],
  ['HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', 'ProductName'],
  ['HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', 'CurrentBuild'],
  ['HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion', 'UBR'],
];

/** @param {string} what @param {unknown} value */
function say(what, value) {
  console.log(JSON.stringify({ [what]: value }));
}

/** A value of the registry; undefined where it is not set. @param {string} key @param {string} name */
function registryValue(key, name) {
  const { status, stdout } = spawnSync('reg', ['query', key, '/v', name], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return /REG_\w+\s+(?<value>.*)/.exec(stdout)?.groups?.value.trim();
}

say('node', { version: process.version, arch: process.arch, napi: process.versions.napi });
say('system', { version: version(), release: release(), arch: arch(), host: hostname() });
say('machine', { processors: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) });
say('user', userInfo().username);
say('account for the tests', {
  user: process.env.SECUR32_TEST_USER !== undefined,
  second: process.env.SECUR32_TEST_USER2 !== undefined,
  domain: process.env.SECUR32_TEST_REALM ?? null,
});
if (process.platform === 'win32') {
  for (const [key, name] of POLICIES) say(name, registryValue(key, name) ?? 'not set');
  if (existsSync(RAW)) {
    const raw = require(RAW);
    try {
      for (const { name, maxToken, capabilities } of raw.enumerateSecurityPackages()) {
        say('package', { name, maxToken, capabilities: `0x${capabilities.toString(16)}` });
      }
    } catch (error) {
      say('packages', `${error.code}: ${error.message}`);
    }
  } else {
    say('packages', 'not compiled: npm run compile');
  }
}
