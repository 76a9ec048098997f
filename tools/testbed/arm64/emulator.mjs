import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../support/failure.mjs';

export const PROCESSORS = 2;
/** The files may fill half of it, and a Wine prefix is large while it is made. */
const MEMORY_MB = 6144;
const LINES_SHOWN = 25;

/**
 * What the machine leaves in its output directory:
 *
 *   console.log   what its kernel and its first process wrote
 *   report.log    what the command wrote
 *   results       what the command sent to /dev/virtio-ports/results
 *   status        the command's exit code
 *   emulator.log  what the emulator itself had to say
 */
const LOGS = ['emulator.log', 'report.log', 'console.log'];

/**
 * The machine's serial ports beside the console, each with a name. The report comes out of the emulator, too.
 *
 * @param {string} output
 */
function ports(output) {
  const place = (name) => optionValue(join(output, name));
  const named = {
    report: `stdio,logfile=${place('report.log')}`,
    results: `file,path=${place('results')}`,
    status: `file,path=${place('status')}`,
  };
  return [
    ...['-device', 'virtio-serial-pci'],
    ...Object.entries(named).flatMap(([name, backend]) => [
      ...['-chardev', `${backend},id=${name}`],
      ...['-device', `virtserialport,chardev=${name},name=${name}`],
    ]),
  ];
}

/** A comma would be read as the end of the value. @param {string} text */
function optionValue(text) {
  return text.replaceAll(',', ',,');
}

/** @param {string} kernel @param {string} output */
function command(kernel, output) {
  return [
    // The kernel ends it when we end, in whatever way we end.
    ...['setpriv', '--pdeathsig', 'KILL', 'qemu-system-aarch64'],
    ...['-machine', 'virt', '-cpu', 'cortex-a76'],
    ...['-smp', String(PROCESSORS), '-m', String(MEMORY_MB)],
    ...['-accel', 'tcg,thread=multi'],
    ...['-display', 'none', '-monitor', 'none', '-net', 'none', '-no-reboot'],
    ...['-serial', `file:${optionValue(join(output, 'console.log'))}`],
    ...ports(output),
    ...['-kernel', kernel, '-initrd', '/dev/fd/3'],
    ...['-append', 'console=ttyAMA0 rdinit=/opt/machine/init.sh panic=-1 quiet'],
  ];
}

/** @param {string} what @param {string} output */
async function failure(what, output) {
  const lines = [what];
  for (const name of LOGS) {
    const file = join(output, name);
    const text = (await readFile(file, 'utf8').catch(() => '')).trimEnd();
    if (text === '') continue;
    lines.push(`the end of ${file}:`);
    lines.push(
      ...text
        .split(/\r?\n/)
        .slice(-LINES_SHOWN)
        .map((line) => `  | ${line}`),
    );
  }
  return new Failure(lines.join('\n'));
}

/**
 * Boots the machine, which runs the command in its archive, and waits until it has switched itself off.
 *
 * @param {object} machine
 * @param {string} machine.kernel
 * @param {import('node:fs/promises').FileHandle} machine.archive all its files
 * @param {string} machine.output a directory for what it writes; made anew
 * @param {number} machine.timeoutSeconds
 * @param {(text: string) => void} [machine.onReport] takes what the command writes, at once
 * @returns {Promise<number>} the command's exit code; a machine that does not run it to its end is a failure
 */
export async function boot({ kernel, archive, output, timeoutSeconds, onReport }) {
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  const errors = await open(join(output, 'emulator.log'), 'w');
  const [program, ...args] = command(kernel, output);
  // At the end of its input the emulator would close the port of the report, too.
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', errors.fd, archive.fd] });
  child.stdout.setEncoding('utf8').on('data', (text) => onReport?.(text));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, timeoutSeconds * 1000);
  try {
    await once(child, 'close');
  } finally {
    clearTimeout(timer);
    await errors.close();
  }
  if (timedOut) {
    throw await failure(`the emulated machine hung: ended after ${timeoutSeconds} s`, output);
  }
  const status = await readFile(join(output, 'status'), 'utf8').catch(() => '');
  if (!/^\d+\n$/.test(status)) {
    throw await failure('the emulated machine ended before its command did', output);
  }
  return Number(status);
}
