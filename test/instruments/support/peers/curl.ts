/** curl as a client. */

import { execFile } from 'node:child_process';

import { patience } from '../patience.js';

export interface CurlAnswer {
  status: number;
  /** By lower-case name; each field of its own. */
  headers: Record<string, string[]>;
}

export interface CurlResult {
  /** curl's own exit code. */
  code: number;
  /** Every answer that came, those of the legs too. */
  answers: CurlAnswer[];
  /** The last one's status; 0 if there is none. */
  status: number;
  body: string;
  /** What curl complained about. */
  complaint: string;
  /** How many connections it made. */
  connections: number;
  /** Of the last answer: '1.1', '2'. */
  protocol: string;
}

function answerOf(head: string): CurlAnswer {
  const [first = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const [name = '', ...value] = line.split(': ');
    (headers[name.toLowerCase()] ??= []).push(value.join(': '));
  }
  return { status: Number(first.split(' ')[1]), headers };
}

/** Runs curl, and reads what it printed with its headers. */
export async function curl(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CurlResult> {
  const more = [
    '-sS',
    '--dump-header',
    '/dev/fd/3',
    '-w',
    '%{stderr}#%{num_connects} %{http_version}\n',
  ];
  return new Promise((resolve, reject) => {
    // Bash, for a third pipe that execFile does not have.
    const child = execFile(
      'bash',
      [
        '-c',
        'heads=$(mktemp); "$@" 3>"$heads"; code=$?; cat "$heads" >&2; exit $code',
        'bash',
        'curl',
        ...more,
        ...args,
      ],
      {
        env: { ...process.env, ...env },
        timeout: 25_000 * patience,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code !== 'number') {
          reject(new Error(`curl did not end: ${error?.message ?? 'no error'}`));
          return;
        }
        const answers = [...stderr.matchAll(/HTTP\/1\.[01] \d{3}(?:[^\r\n]*\r\n)+?\r\n/g)].map(
          ([head]) => answerOf(head.trimEnd()),
        );
        resolve({
          code,
          answers,
          status: answers.at(-1)?.status ?? 0,
          body: stdout,
          complaint: /^curl: .*$/m.exec(stderr)?.[0] ?? '',
          protocol: /^#\d+ (.*)$/m.exec(stderr.slice(stderr.lastIndexOf('\n#') + 1))?.[1] ?? '',
          connections: [...stderr.matchAll(/^#(\d+) /gm)].reduce(
            (sum, [, n]) => sum + Number(n),
            0,
          ),
        });
      },
    );
    child.stdin?.end();
  });
}
