import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import { runChild } from '../instruments/support/child.js';

// Electron and packed programs: the host of the addon is not called node.exe.
test('the addon loads in a host of another name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'secur32-host-'));
  const executable = join(folder, 'host.exe');
  try {
    copyFileSync(process.execPath, executable);
    const { status, output, errors } = await runChild('lifecycle/children/load.js', {
      executable,
    });
    expect(errors).toBe('');
    expect(output).toEqual({ host: 'host.exe', packages: true, done: false, bytes: true });
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
