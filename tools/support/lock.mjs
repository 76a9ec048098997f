import { spawn } from 'node:child_process';
import { Failure } from './failure.mjs';

const PATIENCE_MS = 1_000;

/**
 * Takes an exclusive lock between processes. The kernel holds it (flock) for a helper that lives as long as its
 * standard input is open, so that a process that dies in any way, SIGKILL included, leaves no stale lock behind.
 *
 * @param {string} file
 * @param {{ onWait?: () => void }} [options] onWait: called once if somebody else holds the lock
 * @returns {Promise<() => Promise<void>>} gives the lock back
 */
export async function lock(file, { onWait } = {}) {
  const holder = spawn(
    'flock',
    ['--exclusive', file, 'sh', '-c', 'echo locked; exec cat >/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => holder.once('close', resolve));
  const timer = setTimeout(() => onWait?.(), PATIENCE_MS);
  try {
    await new Promise((resolve, reject) => {
      holder.stdout.once('data', resolve);
      holder.once('error', () =>
        reject(new Failure('flock (package util-linux) is not installed')),
      );
      holder.once('close', () => reject(new Failure(`cannot lock ${file}`)));
    });
  } finally {
    clearTimeout(timer);
  }
  return async () => {
    holder.stdin.end();
    await ended;
  };
}
