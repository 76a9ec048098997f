/** Messages between the two sides of a logon, with the packages of the system. */

import { afterEach, describe, expect, test } from '@jest/globals';

import type { ClientContext } from '../../lib/context/client-context.js';
import { SECPKG_ATTR_FLAGS } from '../../lib/constants/context-attributes.js';
import { SECPKG_CRED_OUTBOUND } from '../../lib/constants/credentials.js';
import { SECQOP_WRAP_NO_ENCRYPT } from '../../lib/constants/messages.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { SspiError } from '../../lib/core/errors.js';
import { acquireCredentialsHandle } from '../../lib/raw/acquire-credentials-handle.js';
import { initializeSecurityContext } from '../../lib/raw/handshake-calls.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import { liveCounts } from '../../lib/raw/live-counts.js';
import {
  decryptMessage,
  encryptMessage,
  makeSignature,
  verifySignature,
  type MessageSecBuffer,
  type ProtectedSecBuffer,
} from '../../lib/raw/messages.js';
import type { Protection } from '../../lib/context/requirements.js';
import type { SecurityContext } from '../../lib/context/security-context.js';
import { closePairs, exchange, openPair, type Pair } from '../instruments/support/handshake.js';
import {
  testIf,
  testOnWindows,
  testOnWine,
  testWithAccount,
  testWithDomain,
} from '../instruments/support/skip.js';
import { alice, domain, present, wine } from '../instruments/support/system.js';

afterEach(closePairs);

const text = (message: string) => Buffer.from(message, 'utf8');
const MESSAGES = ['', 'a', 'Ünïcode', 'x'.repeat(1_000), 'y'.repeat(70_000)].map(text);
/** Bytes that repeat late, in case only the beginning is looked at. */
const MEBIBYTE = Buffer.from(
  Uint8Array.from({ length: 1 << 20 }, (_, at) => at ^ (at >> 8) ^ (at >> 16)),
);

const code = (...codes: string[]): unknown =>
  expect.objectContaining({ code: expect.stringMatching(`^(${codes.join('|')})$`) as unknown });

async function logOn(packageName: string, protection: Protection): Promise<Pair> {
  const kerberos = packageName !== 'NTLM';
  const pair = await openPair({
    package: packageName,
    // On Windows NTLM's user may be the one of the process.
    ...(kerberos || alice === undefined ? {} : { authIdentity: alice }),
    client: kerberos
      ? { targetName: present(domain).spn, mutualAuth: true, protection }
      : { protection },
    server: { protection },
  });
  await exchange(pair);
  return pair;
}

/** In both directions. */
function eachWay({ client, server }: Pair): [from: SecurityContext, to: SecurityContext][] {
  return [
    [client, server],
    [server, client],
  ];
}

function changed(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const place = at < 0 ? copy.length + at : at;
  copy.writeUInt8(copy.readUInt8(place) ^ 1, place);
  return copy;
}

const found = (buffers: readonly ProtectedSecBuffer[], type: number): Buffer =>
  present(buffers.find((buffer) => buffer.type === type)?.data);

function sealBuffers(context: SecurityContext, data: Buffer): MessageSecBuffer[] {
  return [
    { type: SECBUFFER_TOKEN, size: context.sizes.securityTrailer },
    { type: SECBUFFER_DATA, data },
    { type: SECBUFFER_PADDING, size: context.sizes.blockSize },
  ];
}

const handle = (context: SecurityContext) => present(context.handle);

/** What every package does whose both sides can protect messages. */
function describeMessages(
  packageName: string,
  run: (title: string, body: () => Promise<void>) => void,
): void {
  run('messages of every length, in both directions, in order', async () => {
    const pair = await logOn(packageName, 'encrypt');
    for (const [from, to] of eachWay(pair)) {
      for (const message of [...MESSAGES, MEBIBYTE]) {
        const wrapped = from.wrap(message);
        expect(wrapped.length).toBeGreaterThan(message.length);
        if (message.length > 2) expect(wrapped.includes(message)).toBe(false);
        expect(to.unwrap(wrapped).equals(message)).toBe(true);
      }
    }
    expect(liveCounts().contextBuffers).toBe(0);
  });

  run('many messages, some on their way when others are made', async () => {
    const pair = await logOn(packageName, 'encrypt');
    for (const [from, to] of eachWay(pair)) {
      const messages = Array.from({ length: 300 }, (_, i) => text(`message ${i}`));
      const wrapped = messages.map((message) => from.wrap(message));
      expect(wrapped.map((message) => to.unwrap(message))).toEqual(messages);
    }
  });

  run('the same message twice is not the same on the wire', async () => {
    const { client } = await logOn(packageName, 'encrypt');
    const message = text('the same message');
    expect(client.wrap(message).equals(client.wrap(message))).toBe(false);
  });

  run('neither the message nor what came is changed', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    const message = text('as it was');
    const wrapped = client.wrap(message);
    const copy = Buffer.from(wrapped);
    server.unwrap(wrapped);
    expect(message.toString()).toBe('as it was');
    expect(wrapped).toEqual(copy);
  });

  run('signatures of messages of every length, in both directions', async () => {
    const pair = await logOn(packageName, 'sign');
    for (const [from, to] of eachWay(pair)) {
      for (const message of [...MESSAGES, MEBIBYTE]) {
        const signature = from.sign(message);
        expect(signature.length).toBeGreaterThan(0);
        expect(signature.length).toBeLessThanOrEqual(from.sizes.maxSignature);
        to.verify(message, signature);
      }
    }
  });

  run('signed and sealed messages have one order', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    const [one, two, three] = [
      client.wrap(text('one')),
      client.sign(text('two')),
      client.wrap(text('three')),
    ];
    expect(server.unwrap(one)).toEqual(text('one'));
    server.verify(text('two'), two);
    expect(server.unwrap(three)).toEqual(text('three'));
  });

  describe('refused:', () => {
    run('a message that was altered, in its text and in its signature', async () => {
      for (const at of [-1, -20]) {
        const { client, server } = await logOn(packageName, 'encrypt');
        const wrapped = client.wrap(text('pay ten'));
        expect(() => server.unwrap(changed(wrapped, at))).toThrow(
          // The version of an NTLM signature is at -20: Windows may read it before the rest.
          at === -20
            ? code('SEC_E_MESSAGE_ALTERED', 'SEC_E_INVALID_TOKEN')
            : code('SEC_E_MESSAGE_ALTERED'),
        );
      }
    });

    run('a signature of another message', async () => {
      const { client, server } = await logOn(packageName, 'sign');
      const signature = client.sign(text('pay ten'));
      expect(() => {
        server.verify(text('pay two'), signature);
      }).toThrow(code('SEC_E_MESSAGE_ALTERED'));
    });

    run('a signature that was altered', async () => {
      const { client, server } = await logOn(packageName, 'sign');
      const signature = changed(client.sign(text('pay ten')), -5);
      expect(() => {
        server.verify(text('pay ten'), signature);
      }).toThrow(code('SEC_E_MESSAGE_ALTERED', 'SEC_E_OUT_OF_SEQUENCE'));
    });

    run('a message that came before', async () => {
      const { client, server } = await logOn(packageName, 'encrypt');
      const wrapped = client.wrap(text('pay ten'));
      server.unwrap(wrapped);
      // Wine's Kerberos says SEC_E_INVALID_TOKEN of a second copy.
      expect(() => server.unwrap(wrapped)).toThrow(
        code('SEC_E_OUT_OF_SEQUENCE', 'SEC_E_INVALID_TOKEN', 'SEC_E_MESSAGE_ALTERED'),
      );
    });

    run('a signature that came before', async () => {
      const { client, server } = await logOn(packageName, 'sign');
      const signature = client.sign(text('pay ten'));
      server.verify(text('pay ten'), signature);
      expect(() => {
        server.verify(text('pay ten'), signature);
      }).toThrow(code('SEC_E_OUT_OF_SEQUENCE', 'SEC_E_INVALID_TOKEN', 'SEC_E_MESSAGE_ALTERED'));
    });

    run('a message after one that did not come', async () => {
      const { client, server } = await logOn(packageName, 'encrypt');
      client.wrap(text('one'));
      const two = client.wrap(text('two'));
      expect(() => server.unwrap(two)).toThrow(
        code('SEC_E_OUT_OF_SEQUENCE', 'SEC_E_MESSAGE_ALTERED'),
      );
    });

    run('messages in another order, sealed or signed', async () => {
      const sealed = await logOn(packageName, 'encrypt');
      const messages = ['one', 'two', 'three'].map((message) => sealed.client.wrap(text(message)));
      const [one, two, three] = messages as [Buffer, Buffer, Buffer];
      expect(sealed.server.unwrap(one)).toEqual(text('one'));
      for (const late of [three, two, one]) {
        expect(() => sealed.server.unwrap(late)).toThrow(
          code('SEC_E_OUT_OF_SEQUENCE', 'SEC_E_INVALID_TOKEN', 'SEC_E_MESSAGE_ALTERED'),
        );
      }
      const signed = await logOn(packageName, 'sign');
      signed.client.sign(text('one'));
      const second = signed.client.sign(text('two'));
      expect(() => {
        signed.server.verify(text('two'), second);
      }).toThrow(code('SEC_E_OUT_OF_SEQUENCE', 'SEC_E_INVALID_TOKEN', 'SEC_E_MESSAGE_ALTERED'));
    });

    run('its own message, sent back', async () => {
      const { client } = await logOn(packageName, 'encrypt');
      const wrapped = client.wrap(text('mirror'));
      expect(() => client.unwrap(wrapped)).toThrow(
        code('SEC_E_INVALID_TOKEN', 'SEC_E_MESSAGE_ALTERED', 'SEC_E_OUT_OF_SEQUENCE'),
      );
    });

    run('a message of another logon of the same user', async () => {
      const one = await logOn(packageName, 'encrypt');
      const two = await logOn(packageName, 'encrypt');
      const wrapped = one.client.wrap(text('elsewhere'));
      expect(() => two.server.unwrap(wrapped)).toThrow(
        code('SEC_E_MESSAGE_ALTERED', 'SEC_E_OUT_OF_SEQUENCE', 'SEC_E_DECRYPT_FAILURE'),
      );
    });

    run('nothing, pieces and garbage', async () => {
      const { client, server } = await logOn(packageName, 'encrypt');
      const wrapped = client.wrap(text('a message of some length'));
      const malformed = [
        Buffer.alloc(0),
        wrapped.subarray(0, 1),
        wrapped.subarray(0, 16),
        wrapped.subarray(0, -1),
        Buffer.alloc(100, 0x41),
      ];
      for (const bytes of malformed) {
        expect(() => server.unwrap(bytes)).toThrow(
          code(
            'SEC_E_INVALID_TOKEN',
            'SEC_E_MESSAGE_ALTERED',
            'SEC_E_OUT_OF_SEQUENCE',
            'SEC_E_DECRYPT_FAILURE',
          ),
        );
      }
    });
  });

  describe('at the raw level:', () => {
    run('TOKEN, DATA and PADDING, each as long as it is afterwards', async () => {
      const pair = await logOn(packageName, 'encrypt');
      for (const [from, to] of eachWay(pair)) {
        const message = text('by its parts');
        const sealed = encryptMessage(handle(from), { message: sealBuffers(from, message) });
        expect(sealed).toMatchObject({ status: 0, statusName: 'SEC_E_OK' });
        expect(sealed.message.map(({ type }) => type)).toEqual([
          SECBUFFER_TOKEN,
          SECBUFFER_DATA,
          SECBUFFER_PADDING,
        ]);
        const token = found(sealed.message, SECBUFFER_TOKEN);
        expect(token.length).toBeLessThanOrEqual(from.sizes.securityTrailer);
        const opened = decryptMessage(handle(to), {
          message: [
            { type: SECBUFFER_TOKEN, data: token },
            { type: SECBUFFER_DATA, data: found(sealed.message, SECBUFFER_DATA) },
            ...sealed.message
              .slice(2)
              .map(({ type, data }) => ({ type, data: data ?? Buffer.alloc(0) })),
          ],
        });
        expect(opened.qop).toBe(0);
        expect(found(opened.message, SECBUFFER_DATA).equals(message)).toBe(true);
      }
    });

    run('in place: the memory of the caller, and a part of it comes back', async () => {
      const { client, server } = await logOn(packageName, 'encrypt');
      const memory = Buffer.alloc(200, 0xee);
      const data = memory.subarray(100, 116).fill('sixteen bytes in');
      const sealed = encryptMessage(handle(client), {
        message: [
          { type: SECBUFFER_TOKEN, data: memory.subarray(0, client.sizes.securityTrailer) },
          { type: SECBUFFER_DATA, data },
        ],
        inPlace: true,
      });
      const [token, text16] = [SECBUFFER_TOKEN, SECBUFFER_DATA].map((type) =>
        found(sealed.message, type),
      ) as [Buffer, Buffer];
      expect(token.buffer).toBe(memory.buffer);
      expect(text16.byteOffset).toBe(data.byteOffset);
      expect(data.toString('latin1')).not.toBe('sixteen bytes in');
      expect(memory.subarray(116).every((byte) => byte === 0xee)).toBe(true);

      const opened = decryptMessage(handle(server), {
        message: [
          { type: SECBUFFER_TOKEN, data: token },
          { type: SECBUFFER_DATA, data: text16 },
        ],
        inPlace: true,
      });
      expect(found(opened.message, SECBUFFER_DATA).buffer).toBe(memory.buffer);
      expect(data.toString('latin1')).toBe('sixteen bytes in');
    });

    run('a signature by DATA and TOKEN', async () => {
      const pair = await logOn(packageName, 'sign');
      for (const [from, to] of eachWay(pair)) {
        const data = text('signed');
        const signed = makeSignature(handle(from), {
          message: [
            { type: SECBUFFER_DATA, data },
            { type: SECBUFFER_TOKEN, size: from.sizes.maxSignature },
          ],
        });
        const verified = verifySignature(handle(to), {
          message: [
            { type: SECBUFFER_DATA, data },
            { type: SECBUFFER_TOKEN, data: found(signed.message, SECBUFFER_TOKEN) },
          ],
        });
        expect(verified.status).toBe(0);
      }
    });
  });
}

/** Opens the same sealed message at the raw level, as often as wanted. */
function openRaw(context: SecurityContext, wrapped: Buffer): Buffer {
  const { message } = decryptMessage(handle(context), {
    message: [{ type: SECBUFFER_STREAM, data: wrapped }, { type: SECBUFFER_DATA }],
  });
  return found(message, SECBUFFER_DATA);
}

function sealRaw(context: SecurityContext, data: Buffer): Buffer {
  const { message } = encryptMessage(handle(context), { message: sealBuffers(context, data) });
  return Buffer.concat(message.map((buffer) => buffer.data ?? Buffer.alloc(0)));
}

describe.each(['Kerberos', 'Negotiate'])('%s', (packageName) => {
  describeMessages(packageName, testWithDomain);

  describe('a client that does not ask for the order of messages', () => {
    /** It asks for nothing but the server's proof, and gets signing and sealing all the same. */
    function openWith(protection: Protection): Promise<Pair> {
      const client = { targetName: present(domain).spn, mutualAuth: true };
      return openPair({ package: packageName, client, server: { protection } });
    }

    testWithDomain('is refused by a server that asks for protection', async () => {
      for (const protection of ['sign', 'encrypt'] as const) {
        const { client, server } = await openWith(protection);
        const { token } = await client.step();
        await expect(server.step(present(token))).rejects.toMatchObject({
          code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
          message: expect.stringContaining(
            `not met: protection: '${protection}' (replayDetect, sequenceDetect); granted:`,
          ) as unknown,
        });
        expect(server.established).toBe(false);
      }
    });

    testWithDomain('has no messages with a server that asked for no protection', async () => {
      const pair = await openWith('none');
      await exchange(pair);
      const { client, server } = pair;
      expect(server.attributes).toMatchObject({
        confidentiality: true,
        integrity: true,
        replayDetect: false,
        sequenceDetect: false,
      });
      const wrapped = sealRaw(client, text('pay ten'));
      for (const [from, to] of eachWay(pair)) {
        for (const act of [
          () => from.wrap(text('pay ten')),
          () => from.sign(text('pay ten')),
          () => to.unwrap(wrapped),
          () => {
            to.verify(text('pay ten'), wrapped);
          },
        ]) {
          expect(act).toThrow(code('ERR_SECUR32_REQUIREMENTS_NOT_MET'));
        }
      }
      // The raw level is what the package does: it takes the same message three times.
      for (let i = 0; i < 3; i++) expect(openRaw(server, wrapped)).toEqual(text('pay ten'));
    });
  });

  testWithDomain(
    'a server that asked for nothing has messages where the client asked',
    async () => {
      const { spn: targetName } = present(domain);
      const pair = await openPair({
        package: packageName,
        client: { targetName, mutualAuth: true, protection: 'encrypt' },
      });
      await exchange(pair);
      const wrapped = pair.client.wrap(text('pay ten'));
      expect(pair.server.unwrap(wrapped)).toEqual(text('pay ten'));
      expect(() => pair.server.unwrap(wrapped)).toThrow(SspiError);
    },
  );

  testIf(wine !== undefined && domain !== undefined, 'only on Wine')(
    'says of its granted attributes by the last leg alone',
    async () => {
      const { server } = await logOn(packageName, 'encrypt');
      expect(() => queryContextAttributes(handle(server), SECPKG_ATTR_FLAGS)).toThrow(
        code('SEC_E_UNSUPPORTED_FUNCTION'),
      );
    },
  );

  testWithDomain('a message that is signed only: readable, and refused unless told', async () => {
    const pair = await logOn(packageName, 'encrypt');
    for (const [from, to] of eachWay(pair)) {
      const message = text('everybody can read this');
      const [one, two] = [
        from.wrap(message, { encrypt: false }),
        from.wrap(message, { encrypt: false }),
      ];
      expect(one.includes(message)).toBe(true);
      expect(() => to.unwrap(one)).toThrow(code('ERR_SECUR32_NOT_ENCRYPTED'));
      expect(to.unwrap(two, { allowUnencrypted: true })).toEqual(message);
      const three = changed(from.wrap(message, { encrypt: false }), -1);
      expect(() => to.unwrap(three, { allowUnencrypted: true })).toThrow(
        code('SEC_E_MESSAGE_ALTERED'),
      );
    }
  });

  testWithDomain('SECQOP_WRAP_NO_ENCRYPT comes back from DecryptMessage', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    const data = text('everybody can read this');
    const sealed = encryptMessage(handle(client), {
      message: sealBuffers(client, data),
      qop: SECQOP_WRAP_NO_ENCRYPT,
    });
    expect(found(sealed.message, SECBUFFER_DATA)).toEqual(data);
    const opened = decryptMessage(handle(server), {
      message: [
        { type: SECBUFFER_TOKEN, data: found(sealed.message, SECBUFFER_TOKEN) },
        { type: SECBUFFER_DATA, data: found(sealed.message, SECBUFFER_DATA) },
      ],
    });
    expect(opened.qop).toBe(SECQOP_WRAP_NO_ENCRYPT);
  });

  testWithDomain('STREAM: the whole message, and the text somewhere in it', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    const stream = client.wrap(text('a stream'));
    const { message } = decryptMessage(handle(server), {
      message: [{ type: SECBUFFER_STREAM, data: stream }, { type: SECBUFFER_DATA }],
      inPlace: true,
    });
    const data = found(message, SECBUFFER_DATA);
    expect(data).toEqual(text('a stream'));
    expect(data.buffer).toBe(stream.buffer);
    expect(stream.includes('a stream')).toBe(true);
  });

  // RFC 4121: 05 04, the flags, and how many bytes of filler there are.
  testWithDomain('a message that says that its text is shorter than it is', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    for (const filler of [1, 20, 0xffff]) {
      const wrapped = client.wrap(text('a message of some length'));
      wrapped.writeUInt16BE(filler, 4);
      expect(() => server.unwrap(wrapped)).toThrow(
        code('SEC_E_INVALID_TOKEN', 'SEC_E_MESSAGE_ALTERED', 'SEC_E_OUT_OF_SEQUENCE'),
      );
    }
  });

  testOnWine('a token of less than SIZES says is refused, before anything is written', async () => {
    const { client } = await logOn(packageName, 'encrypt');
    const data = text('kept');
    const { securityTrailer, maxSignature } = client.sizes;
    expect(() =>
      encryptMessage(handle(client), {
        message: [
          { type: SECBUFFER_TOKEN, size: securityTrailer - 1 },
          { type: SECBUFFER_DATA, data },
        ],
        inPlace: true,
      }),
    ).toThrow(code('ERR_SECUR32_BUFFERS_UNSUPPORTED'));
    expect(() =>
      makeSignature(handle(client), {
        message: [
          { type: SECBUFFER_DATA, data },
          { type: SECBUFFER_TOKEN, size: maxSignature - 1 },
        ],
      }),
    ).toThrow(code('ERR_SECUR32_BUFFERS_UNSUPPORTED'));
    expect(data.toString()).toBe('kept');
  });

  testOnWine('data that would go out or come in unprotected is refused', async () => {
    const { client, server } = await logOn(packageName, 'encrypt');
    const more = [
      { type: (SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM) >>> 0, data: text('header') },
    ];
    const unsupported = code('ERR_SECUR32_BUFFERS_UNSUPPORTED');
    const message = [...more, ...sealBuffers(client, text('secret'))];
    expect(() => encryptMessage(handle(client), { message })).toThrow(unsupported);
    expect(() => makeSignature(handle(client), { message })).toThrow(unsupported);
    expect(() => decryptMessage(handle(server), { message })).toThrow(unsupported);
    expect(() => verifySignature(handle(server), { message })).toThrow(unsupported);
  });
});

describe('NTLM', () => {
  describe('between two sides', () => {
    describeMessages('NTLM', testOnWindows);
  });

  testOnWindows('a header that is signed, but not encrypted', async () => {
    const header = (SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM) >>> 0;
    const { client, server } = await logOn('NTLM', 'encrypt');
    const seal = () =>
      encryptMessage(handle(client), {
        message: [
          { type: header, data: text('header') },
          { type: SECBUFFER_DATA, data: text('secret') },
          { type: SECBUFFER_TOKEN, size: client.sizes.securityTrailer },
        ],
      }).message;
    const open = (sealed: readonly ProtectedSecBuffer[], sent: string) =>
      decryptMessage(handle(server), {
        message: [
          { type: header, data: text(sent) },
          { type: SECBUFFER_DATA, data: found(sealed, SECBUFFER_DATA) },
          { type: SECBUFFER_TOKEN, data: found(sealed, SECBUFFER_TOKEN) },
        ],
      });
    expect(found(open(seal(), 'header').message, SECBUFFER_DATA)).toEqual(text('secret'));
    const sealed = seal();
    expect(() => open(sealed, 'Header')).toThrow(code('SEC_E_MESSAGE_ALTERED'));
  });

  // Its keys are zeros there: what it sends would be in the clear.
  testOnWine('the side that accepted protects nothing', async () => {
    const { client, server } = await logOn('NTLM', 'encrypt');
    const [wrapped, signature] = [client.wrap(text('sealed')), client.sign(text('signed'))];
    const unsupported = code('SEC_E_UNSUPPORTED_FUNCTION');
    expect(() => server.wrap(text('secret'))).toThrow(unsupported);
    expect(() => server.sign(text('signed'))).toThrow(unsupported);
    expect(() => server.unwrap(wrapped)).toThrow(unsupported);
    expect(() => {
      server.verify(text('signed'), signature);
    }).toThrow(unsupported);
  });

  testOnWine('a second buffer of data that would go out unencrypted is refused', async () => {
    const { client } = await logOn('NTLM', 'encrypt');
    const message = [
      ...sealBuffers(client, text('secret')),
      { type: SECBUFFER_DATA, data: text('a secret, too') },
    ];
    expect(() => encryptMessage(handle(client), { message })).toThrow(
      code('ERR_SECUR32_BUFFERS_UNSUPPORTED'),
    );
  });

  testIf(wine !== undefined && domain !== undefined, 'only on Wine')(
    'Kerberos does not encrypt what is to be signed only',
    async () => {
      const { client } = await logOn('Kerberos', 'encrypt');
      const [token] = sealBuffers(client, text(''));
      const header = {
        type: SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM,
        data: text('header'),
      };
      expect(() => encryptMessage(handle(client), { message: [present(token), header] })).toThrow(
        code('ERR_SECUR32_BUFFERS_UNSUPPORTED'),
      );
    },
  );

  async function expectRefused(
    protection: Protection,
    act: (client: ClientContext) => unknown,
  ): Promise<void> {
    const { client } = await logOn('NTLM', protection);
    expect(() => act(client)).toThrow(code('ERR_SECUR32_REQUIREMENTS_NOT_MET'));
  }

  testWithAccount('without protection nothing is signed, and no signature is good', async () => {
    // What a package calls a signature then, anybody can make.
    const dummy = Buffer.from('01000000000000000000000000000000', 'hex');
    await expectRefused('none', (client) => client.sign(text('message')));
    await expectRefused('none', (client) => {
      client.verify(text('message'), dummy);
    });
    await expectRefused('none', (client) => client.wrap(text('secret')));
    await expectRefused('none', (client) => client.unwrap(Buffer.alloc(32)));
  });

  testWithAccount('what was to be signed only is not encrypted, nor taken for it', async () => {
    await expectRefused('sign', (client) => client.wrap(text('secret')));
    const { client } = await logOn('NTLM', 'sign');
    expect(() => client.unwrap(Buffer.alloc(32))).toThrow(code('ERR_SECUR32_NOT_ENCRYPTED'));
  });
});

test('before the logon is done there are no messages', async () => {
  const { client, server } = await openPair({ package: 'NTLM' });
  await client.step();
  for (const context of [client, server]) {
    for (const act of [
      () => context.wrap(text('a')),
      () => context.unwrap(text('a')),
      () => context.sign(text('a')),
      () => {
        context.verify(text('a'), text('a'));
      },
    ]) {
      expect(act).toThrow(code('ERR_SECUR32_NOT_ESTABLISHED'));
    }
  }
});

test('at the raw level neither', async () => {
  const { credential } = await acquireCredentialsHandle({
    package: 'NTLM',
    use: SECPKG_CRED_OUTBOUND,
  });
  const { context } = await initializeSecurityContext({ credential });
  const message = [
    { type: SECBUFFER_TOKEN, size: 16 },
    { type: SECBUFFER_DATA, data: text('secret') },
  ];
  for (const act of [encryptMessage, makeSignature, decryptMessage, verifySignature]) {
    expect(() => act(present(context), { message })).toThrow(SspiError);
  }
  present(context).close();
  credential.close();
});
