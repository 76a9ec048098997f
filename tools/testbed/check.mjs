/**
 * Checks the testbed itself: node --test tools/testbed/check.mjs
 *
 * It stands outside of the project's suites, because these run inside of what it checks.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { debianMirror, parseDeb822 } from './apt-mirror.mjs';
import { nodeVersions, prepare, run, TESTBED_FAILED, TIMED_OUT } from './index.mjs';

const project = fileURLToPath(new URL('../../', import.meta.url));
const cli = fileURLToPath(new URL('cli.mjs', import.meta.url));

/** The host's temporary directory, as the testbed sees it. */
const temporary = mkdtempSync(join(tmpdir(), 'testbed-check-'));
process.env.TMPDIR = temporary;
after(() => rmSync(temporary, { recursive: true }));

/** @param {string[]} args of the command line */
function start(...args) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  return { child, ended };
}

/** @param {string[]} args */
async function finish(...args) {
  const { child, ended } = start(...args);
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...end, stdout, stderr };
}

/** All processes below one, in the namespaces too; with their start, because numbers are used again. */
function descendants(root) {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const below = (id) =>
    processes.filter(({ parent }) => parent === id).flatMap((one) => [one, ...below(one.id)]);
  return below(root);
}

function readProcess(name) {
  try {
    const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return [{ id: Number(name), parent: Number(fields[1]), started: fields[19] }];
  } catch {
    return [];
  }
}

const isAlive = ({ id, started }) => readProcess(String(id))[0]?.started === started;
const mounts = () => readFileSync('/proc/self/mounts', 'utf8');

describe('the testbed', () => {
  let folder;
  before(async () => {
    await prepare({ nodeVersions: nodeVersions() });
    folder = mkdtempSync(join(project, 'testbed-check-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** @param {string} name @param {string} content */
  const script = (name, content) => {
    writeFileSync(join(folder, name), content);
    return relative(project, join(folder, name));
  };

  for (const version of nodeVersions()) {
    test(`runs Windows Node ${version}`, async () => {
      const file = script(
        'version.js',
        'console.log(process.platform, process.version, ...process.argv.slice(2))',
      );
      const { code, stdout } = await finish('--node', version, 'node', file, 'a b', '"c"');
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^win32 v${version}\\.\\S+ a b "c"\\n$`));
    });
  }

  for (const [what, code, expected] of [
    ['an exit code', 'process.exit(42)', 42],
    ['a code that does not fit into a byte', 'process.exit(256)', 1],
    ['an exception', 'throw new Error("thrown")', 1],
    ['an abort', 'process.abort()', 134],
  ]) {
    test(`ends with the code of ${what}`, async () => {
      assert.equal((await finish('node', '-e', code)).code, expected);
    });
  }

  test('ends with the code of a Linux command, and of its signal', async () => {
    assert.equal((await finish('bash', '-c', 'exit 42')).code, 42);
    assert.equal((await finish('bash', '-c', 'kill -KILL $$')).code, 137);
    assert.equal((await finish('there-is-no-such-command')).code, 127);
  });

  test('gives the output live, complete and apart', async () => {
    const file = script(
      'output.js',
      `let n = 0;
      const timer = setInterval(() => {
        console.log(Date.now());
        if (++n < 20) return;
        clearInterval(timer);
        for (let i = 0; i < 100000; i++) process.stdout.write('line ' + i + '\\n');
        process.stderr.write('e'.repeat(1e6) + 'END');
        process.exitCode = 3;
      }, 50);`,
    );
    const { child, ended } = start('node', file);
    const delays = [];
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
      if (/^\d{13}\n$/.test(chunk)) delays.push(Date.now() - Number(chunk));
    });
    const [stderr, { code }] = await Promise.all([text(child.stderr), ended]);
    assert.equal(code, 3);
    assert.equal(stderr, `${'e'.repeat(1e6)}END`);
    assert.equal(stdout.trimEnd().split('\n').length, 100_020);
    assert.ok(stdout.endsWith('line 99999\n'));
    assert.ok(delays.length > 10 && Math.max(...delays) < 200, `delays: ${delays}`);
  });

  test('has a domain with its accounts, for Linux and Windows programs', async () => {
    const { code, stdout } = await finish(
      'bash',
      '-c',
      `set -e
      kvno -k "$SECUR32_TEST_KEYTAB" "$SECUR32_TEST_SPN"
      ntlm_auth --domain=$SECUR32_TEST_DOMAIN --username=$SECUR32_TEST_USER2 --password=$SECUR32_TEST_PASSWORD2
      ! ntlm_auth --domain=$SECUR32_TEST_DOMAIN --username=$SECUR32_TEST_USER2 --password=wrong
      id=$(wbinfo --name-to-sid="$SECUR32_TEST_DOMAIN\\\\$SECUR32_TEST_GROUP" | cut -d' ' -f1)
      user=$(wbinfo --name-to-sid="$SECUR32_TEST_DOMAIN\\\\$SECUR32_TEST_USER" | cut -d' ' -f1)
      wbinfo --user-domgroups=$user | grep -x "$id"
      node -p 'Object.keys(process.env).filter((name) => name.startsWith("SECUR32_TEST")).sort().join()'`,
    );
    assert.equal(code, 0, stdout);
    assert.match(stdout, /keytab entry valid/);
    assert.equal(
      stdout.trimEnd().split('\n').at(-1),
      [
        'BED',
        'BED_NODE',
        '_DOMAIN',
        '_GROUP',
        '_KEYTAB',
        '_PASSWORD',
        '_PASSWORD2',
        '_PEERS_KEYTAB',
        '_REALM',
        '_SPN',
        '_USER',
        '_USER2',
      ]
        .map((name) => `SECUR32_TEST${name}`)
        .join(),
    );
  });

  test('has the programs of others where they are asked for', async () => {
    const command = ['bash', '-c', 'node -p process.platform; command -v apache2 squid haproxy'];
    const without = await finish(...command);
    assert.deepEqual([without.code, without.stdout], [1, 'win32\n']);
    const { code, stdout } = await finish('--peers', ...command);
    assert.equal(code, 0);
    assert.equal(stdout, 'win32\n/usr/sbin/apache2\n/usr/sbin/squid\n/usr/sbin/haproxy\n');
    const linux = await finish('--peers', '/usr/bin/node', '-p', 'process.platform');
    assert.equal(linux.stdout, 'linux\n');
  });

  test('passes on chosen variables, and writes into the project only', async () => {
    const file = script(
      'write.js',
      `require('fs').writeFileSync(__dirname + '/written', [process.env.GIVEN, process.env.UNKNOWN].join());`,
    );
    process.env.UNKNOWN = 'not passed on';
    assert.equal((await finish('--env', 'GIVEN=a=b', 'node', file)).code, 0);
    assert.equal(readFileSync(join(folder, 'written'), 'utf8'), 'a=b,');
  });

  test('runs at the same time as another run', async () => {
    const runs = await Promise.all([1, 2, 3].map((n) => finish('node', '-p', String(n))));
    assert.deepEqual(
      runs.map(({ stdout }) => stdout),
      ['1\n', '2\n', '3\n'],
    );
  });

  for (const [what, args, message] of [
    ['an unknown version', ['--node', '19', 'node', 'x.js'], /no Windows Node 19 .*24/],
    ['a missing file', ['node', 'missing.js'], /no file missing\.js/],
    ['no command', [], /no command/],
    ['an unknown option', ['--nod', '24', 'node'], /--nod/],
  ]) {
    test(`tells ${what} in one line`, async () => {
      const { code, stderr } = await finish(...args);
      assert.equal(code, TESTBED_FAILED);
      assert.match(stderr, message);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    });
  }

  for (const signal of [undefined, 'SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL']) {
    test(`leaves nothing behind ${signal ? `after ${signal}` : 'at the end'}`, async () => {
      const mounted = mounts();
      const { child, ended } = start(
        'bash',
        '-c',
        `node -e 'setTimeout(() => {}, 1e6)' & sleep 2; echo ready; sleep ${signal ? 1000 : 1}`,
      );
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const processes = descendants(child.pid);
      assert.ok(processes.length > 15, `${processes.length} processes`);
      if (signal) child.kill(signal);
      const end = await ended;
      assert.equal(end.signal, signal ?? null);
      for (let tries = 0; processes.some(isAlive) && tries < 20; tries++) await delay(100);
      assert.deepEqual(processes.filter(isAlive), []);
      assert.equal(mounts(), mounted);
      assert.deepEqual(readdirSync(temporary), []);
    });
  }

  test('is a module too: takes streams, a version, a time limit and a signal', async () => {
    const stdout = new PassThrough();
    const [code, output] = await Promise.all([
      run(
        [
          'bash',
          '-c',
          'node -p process.version; SECUR32_TESTBED_NODE=22 node -p process.version; pwd',
        ],
        {
          node: '20',
          nodeVersions: ['22'],
          cwd: 'test',
          stdout,
        },
      ).finally(() => stdout.end()),
      text(stdout),
    ]);
    assert.equal(code, 0);
    assert.match(output, /^v20\..*\nv22\..*\n\/project\/test\n$/);

    assert.equal(await run(['sleep', '1000'], { timeoutSeconds: 1 }), TIMED_OUT);
    await assert.rejects(run(['sleep', '1000'], { signal: AbortSignal.timeout(1000) }), {
      name: 'AbortError',
    });
  });
});

describe("the host's mirror", () => {
  const mirror = (files, release = { id: 'debian', codename: 'bookworm' }) => {
    const directory = mkdtempSync(join(tmpdir(), 'apt-'));
    try {
      for (const [name, content] of Object.entries(files))
        writeFileSync(join(directory, name), content);
      return debianMirror(directory, release);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

  test('is read from one-line sources', () => {
    const list = `# deb http://old.example/debian bookworm main
deb [arch=amd64] http://packages.example/tool bookworm stable
deb http://mirror.example/debian-security bookworm-security main
deb [signed-by=/x.gpg arch=amd64] http://mirror.example/debian/ bookworm main contrib # comment`;
    assert.equal(mirror({ 'sources.list': list }), 'http://mirror.example/debian/');
  });

  test('is read from deb822 sources', () => {
    const sources = `Types: deb
# a comment
URIs: http://one.example/debian
  http://two.example/debian
Suites: bookworm bookworm-updates
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
`;
    assert.deepEqual(
      parseDeb822(sources).map(({ uri }) => uri),
      ['http://one.example/debian', 'http://two.example/debian'],
    );
  });

  test('is a Debian mirror under another path if it has the release of the host', () => {
    assert.equal(
      mirror({ 'sources.list': 'deb https://cache.example/apt/x bookworm main' }),
      'https://cache.example/apt/x',
    );
  });

  test('is unknown on another system', () => {
    const list = 'deb http://mirror.example/ubuntu noble main';
    assert.equal(mirror({ 'sources.list': list }, { id: 'ubuntu', codename: 'noble' }), undefined);
    assert.equal(mirror({}), undefined);
  });
});
