/** Contexts on their way to another process. */

import { spawnSync } from 'node:child_process';

import { afterEach, describe, expect, test } from '@jest/globals';

import { SECPKG_CONTEXT_EXPORT_DELETE_OLD } from '../../lib/constants/messages.js';
import { SECBUFFER_DATA, SECBUFFER_TOKEN } from '../../lib/constants/sec-buffers.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import { verifySignature } from '../../lib/raw/messages.js';
import { exportSecurityContext, importSecurityContext } from '../../lib/raw/transfer.js';
import { runChild } from '../instruments/support/child.js';
import { closePairs, exchange, openPair, type Pair } from '../instruments/support/handshake.js';
import { testOnWindows, testOnWine } from '../instruments/support/skip.js';
import { alice, domain, present } from '../instruments/support/system.js';

const open: { close: () => void }[] = [];
afterEach(async () => {
  for (const closable of open.splice(0).reverse()) closable.close();
  await closePairs();
});

async function logOn(packageName: string): Promise<Pair> {
  const kerberos = packageName !== 'NTLM';
  const pair = await openPair({
    package: packageName,
    ...(kerberos || alice === undefined ? {} : { authIdentity: alice }),
    client: { ...(kerberos && { targetName: present(domain).spn }), protection: 'sign' },
    server: { protection: 'sign' },
  });
  await exchange(pair);
  return pair;
}

/** How many handles this process has open. */
function openHandles(): number {
  const command = `(Get-Process -Id ${process.pid}).HandleCount`;
  const { stdout } = spawnSync('powershell.exe', ['-NoProfile', '-Command', command], {
    encoding: 'utf8',
  });
  const count = Number(stdout.trim());
  if (!(count > 0)) throw new Error(`PowerShell does not tell the handles: ${stdout}`);
  return count;
}

const unsupported = (call: string): unknown =>
  expect.objectContaining({ name: 'SspiError', code: 'SEC_E_UNSUPPORTED_FUNCTION', call });

describe('Wine packs no contexts', () => {
  testOnWine('and leaves them as they were', async () => {
    for (const packageName of ['Kerberos', 'Negotiate', 'NTLM']) {
      const { client, server } = await logOn(packageName);
      for (const context of [client, server]) {
        expect(() => exportSecurityContext(present(context.handle))).toThrow(
          unsupported('ExportSecurityContext'),
        );
      }
      expect(client.sign(Buffer.from('still there')).length).toBeGreaterThan(0);
    }
  });

  testOnWine('nor unpacks them', () => {
    for (const packageName of ['Kerberos', 'Negotiate', 'NTLM', 'Schannel']) {
      expect(() =>
        importSecurityContext({ package: packageName, packed: Buffer.alloc(100, 0x41) }),
      ).toThrow(unsupported('ImportSecurityContext'));
    }
  });
});

describe('on Windows', () => {
  testOnWindows('a context that was packed goes on where it is unpacked', async () => {
    const { client, server } = await logOn('NTLM');
    const { packed, token } = exportSecurityContext(present(server.handle));
    if (token) open.push(token);
    expect(packed.length).toBeGreaterThan(0);
    const imported = importSecurityContext({ package: 'NTLM', packed, token });
    open.push(imported);
    const data = Buffer.from('to another process');
    const { status } = verifySignature(imported, {
      message: [
        { type: SECBUFFER_DATA, data },
        { type: SECBUFFER_TOKEN, data: client.sign(data) },
      ],
    });
    expect(status).toBe(0);
  });

  testOnWindows('what was not packed by a package is refused', async () => {
    for (const packed of [Buffer.alloc(0), Buffer.alloc(100, 0x41)]) {
      const { status, output, errors } = await runChild('native/children/import-garbage.js', {
        input: packed.toString('hex'),
      });
      expect({ status, output, errors }).toEqual({ status: 0, output: 'SspiError', errors: '' });
    }
  });

  testOnWindows('no handle is left of 1,000 imports (N6)', async () => {
    const { server } = await logOn('NTLM');
    const { packed, token } = exportSecurityContext(present(server.handle));
    if (token) open.push(token);
    const contexts = liveCounts().contexts;
    const importOnce = () => {
      importSecurityContext({ package: 'NTLM', packed, token }).close();
    };
    // What is loaded and kept at the first times is no leak.
    for (let i = 0; i < 50; i++) importOnce();
    const before = openHandles();
    for (let i = 0; i < 1_000; i++) importOnce();
    // Contexts are deleted on another thread.
    while (liveCounts().contexts > contexts)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(openHandles() - before).toBeLessThan(100);
  });
});

test('a package that is not there unpacks nothing', () => {
  expect(() =>
    importSecurityContext({ package: 'No Such Package', packed: Buffer.alloc(8) }),
  ).toThrow(expect.objectContaining({ name: 'SspiError', code: 'SEC_E_SECPKG_NOT_FOUND' }));
});

test('the context of a high-level object is not given away', async () => {
  const { client } = await openPair({ package: 'NTLM' });
  await client.step();
  expect(() =>
    exportSecurityContext(present(client.handle), SECPKG_CONTEXT_EXPORT_DELETE_OLD),
  ).toThrow(expect.objectContaining({ code: 'ERR_SECUR32_OWNED_HANDLE' }));
});
