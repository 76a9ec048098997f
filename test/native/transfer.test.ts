/** Contexts on their way to another process. */

import { afterEach, describe, expect, test } from '@jest/globals';

import { SECPKG_CONTEXT_EXPORT_DELETE_OLD } from '../../lib/constants/messages.js';
import { SECBUFFER_DATA, SECBUFFER_TOKEN } from '../../lib/constants/sec-buffers.js';
import { SspiError } from '../../lib/core/errors.js';
import { verifySignature } from '../../lib/raw/messages.js';
import { exportSecurityContext, importSecurityContext } from '../../lib/raw/transfer.js';
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

  testOnWindows('what was not packed by a package is refused', () => {
    for (const packed of [Buffer.alloc(0), Buffer.alloc(100, 0x41)]) {
      expect(() => importSecurityContext({ package: 'NTLM', packed })).toThrow(SspiError);
    }
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
