/** wrap, unwrap, sign and verify of the contexts of both sides. */

import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { ClientContext } from '../../lib/context/client-context.js';
import {
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SIZES,
} from '../../lib/constants/context-attributes.js';
import { SECQOP_WRAP_NO_ENCRYPT } from '../../lib/constants/messages.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_CONTEXT_EXPIRED,
  SEC_I_CONTEXT_EXPIRED,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_UNSUPPORTED_FUNCTION,
} from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import type { SecurityContext } from '../../lib/context/security-context.js';
import { ServerContext } from '../../lib/context/server-context.js';
import {
  argumentError,
  bytes,
  coded,
  credentials,
  establishedServer,
} from '../instruments/support/fake-handles.js';

/** Memory that was not given to the package. */
const NOWHERE = 0xffffffff;
const SIZES = { maxToken: 2888, maxSignature: 16, blockSize: 8, securityTrailer: 60 };
const NO_PACKAGE = Array.from({ length: 6 }, () => undefined);
/** The bits of a server: INTEGRITY with the order of messages, and with CONFIDENTIALITY. */
const SIGNS = 0x2000c;
const ENCRYPTS = SIGNS | 0x10;
const TEXT = bytes('message');

interface Setting {
  attr?: number;
  traits?: number;
  packageName?: string;
  /** What Negotiate chose; undefined for a package that does not say. */
  chosen?: string;
}

/** A context whose package was asked what messages need, when the first of them comes. */
async function established({
  attr = ENCRYPTS,
  traits = 0,
  packageName = 'Kerberos',
  chosen,
}: Setting = {}): Promise<ServerContext> {
  const context = await establishedServer({ attr }, {}, { traits }, packageName);
  fake.attributeAnswers.push(
    [0, ...Object.values(SIZES)],
    chosen === undefined
      ? [SEC_E_UNSUPPORTED_FUNCTION]
      : [0, 0, 0, 1, 9, SIZES.maxToken, chosen, ''],
  );
  return context;
}

/** The same where nothing must be asked. */
const unasked = (attr: number): Promise<ServerContext> => establishedServer({ attr });

/** Each call with its quality of protection and its number. */
const calls = () => fake.calls.map(({ call, args: [qop, sequence] }) => [call, qop, sequence]);

/** What the package was given: types and bytes. */
function given(): unknown {
  const [, , types, data] = fake.calls.at(-1)?.args ?? [];
  return (types as number[]).map((type, index) => [type, (data as unknown[])[index]]);
}

describe('wrap', () => {
  const buffers = [
    [SECBUFFER_TOKEN, Buffer.alloc(60)],
    [SECBUFFER_DATA, TEXT],
    [SECBUFFER_PADDING, Buffer.alloc(8)],
  ];

  test('encrypts, with the room that the package wants', async () => {
    const context = await established();
    fake.messageAnswers.push([0, 0, 2, 0, 0, 60, 1, 1, 0, 7, 9, 2, 0, 8]);
    expect(context.wrap(TEXT)).toHaveLength(75);
    expect(calls()).toEqual([['encryptMessage', 0, 0]]);
    expect(given()).toEqual(buffers);
    expect(TEXT).toEqual(bytes('message'));
  });

  test('gives what the package wrote, token, data and padding, and no more', async () => {
    const context = await established();
    fake.messageAnswers.push(([token, data, padding]) => {
      token?.set(bytes('token'));
      data?.set(bytes('MESSAGE'));
      padding?.set(bytes('pad'));
      return [0, 0, 2, 0, 0, 5, 1, 1, 0, 7, 9, 2, 0, 3];
    });
    expect(context.wrap(TEXT)).toEqual(bytes('tokenMESSAGEpad'));
  });

  test('takes a buffer without place and size for nothing', async () => {
    const context = await established();
    fake.messageAnswers.push([0, 0, 2, 0, 0, 1, 1, 1, 0, 7, 9, NOWHERE, 0, 0]);
    expect(context.wrap(TEXT)).toEqual(bytes('\0message'));
  });

  test('throws where the package says that it wrote, but not where', async () => {
    const context = await established();
    fake.messageAnswers.push([0, 0, 2, 0, 0, 1, 1, NOWHERE, 0, 7, 9, 2, 0, 0]);
    expect(() => context.wrap(TEXT)).toThrow(
      expect.objectContaining({ code: 'SEC_E_INTERNAL_ERROR', call: 'EncryptMessage' }),
    );
  });

  test('takes an empty message', async () => {
    const context = await established();
    fake.messageAnswers.push([0, 0, 2, 0, 0, 2, 1, 1, 0, 0, 9, 2, 0, 0]);
    expect(context.wrap(new Uint8Array(0))).toHaveLength(2);
  });

  test.each([
    [{ encrypt: true }, 0],
    [{}, 0],
    [{ encrypt: false }, SECQOP_WRAP_NO_ENCRYPT],
  ])('with %j asks for quality of protection %i', async (options, qop) => {
    const context = await established();
    fake.messageAnswers.push([0, 0]);
    context.wrap(TEXT, options);
    expect(calls()).toEqual([['encryptMessage', qop, 0]]);
  });

  test('throws on a context that cannot encrypt, unless it is to sign only', async () => {
    const context = await established({ attr: SIGNS });
    expect(() => context.wrap(TEXT)).toThrow(
      expect.objectContaining({
        code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
        message: expect.stringContaining('ASC_RET_INTEGRITY'),
      }),
    );
    expect(fake.calls).toEqual([]);
    fake.messageAnswers.push([0, 0, 2, 0, 0, 16, 1, 1, 0, 7, 9, 2, 0, 0]);
    expect(context.wrap(TEXT, { encrypt: false })).toEqual(Buffer.concat([Buffer.alloc(16), TEXT]));
  });

  test.each([[0], [0x10]])('throws on a context that cannot sign (bits %i)', async (attr) => {
    const context = await unasked(attr);
    for (const encrypt of [true, false]) {
      expect(() => context.wrap(TEXT, { encrypt })).toThrow(
        coded('ERR_SECUR32_REQUIREMENTS_NOT_MET'),
      );
    }
    expect(fake.calls).toEqual([]);
  });

  test.each([
    [{ encrypt: undefined }],
    [{ encrypt: 0 }],
    [{ encrypt: null }],
    [{ encrypt: 'false' }],
    [null],
    [true],
  ])('refuses the options %j', async (options) => {
    const context = await unasked(ENCRYPTS);
    expect(() => context.wrap(TEXT, options as never)).toThrow(
      argumentError(/^encrypt |^the options of wrap must/),
    );
    expect(fake.calls).toEqual([]);
  });

  test('throws the status of the package', async () => {
    const context = await established();
    fake.messageAnswers.push([SEC_E_CONTEXT_EXPIRED, 0]);
    expect(() => context.wrap(TEXT)).toThrow(
      expect.objectContaining({ code: 'SEC_E_CONTEXT_EXPIRED', call: 'EncryptMessage' }),
    );
  });
});

describe('unwrap', () => {
  test('gives the whole message as one stream, and what was in it back', async () => {
    const context = await established();
    fake.messageAnswers.push(([stream]) => {
      stream?.set(bytes('decrypt'), 4);
      return [0, 0, SECBUFFER_STREAM, 0, 0, 15, SECBUFFER_DATA, 0, 4, 7];
    });
    const data = bytes('head*******tail');
    expect(context.unwrap(data)).toEqual(bytes('decrypt'));
    expect(calls()).toEqual([['decryptMessage', 0, 0]]);
    expect(given()).toEqual([
      [SECBUFFER_STREAM, bytes('head*******tail')],
      [SECBUFFER_DATA, undefined],
    ]);
    expect(data).toEqual(bytes('head*******tail'));
  });

  test.each<[string, Setting, number]>([
    ['NTLM', { packageName: 'NTLM' }, 16],
    ['what Negotiate chose where that is NTLM', { packageName: 'Negotiate', chosen: 'NTLM' }, 16],
    [
      'a package that takes no stream',
      { traits: ProviderTrait.noStreamMessages },
      SIZES.securityTrailer,
    ],
    [
      'NTLM that takes no stream',
      { packageName: 'NTLM', traits: ProviderTrait.noStreamMessages },
      16,
    ],
  ])('cuts the token off for %s', async (_, setting, tokenBytes) => {
    const context = await established(setting);
    const data = Buffer.alloc(tokenBytes + 7, 'x');
    fake.messageAnswers.push([0, 0, 2, 0, 0, tokenBytes, 1, 1, 0, 7]);
    expect(context.unwrap(data)).toEqual(bytes('xxxxxxx'));
    expect(given()).toEqual([
      [SECBUFFER_TOKEN, Buffer.alloc(tokenBytes, 'x')],
      [SECBUFFER_DATA, bytes('xxxxxxx')],
    ]);
  });

  test.each<[string, Setting]>([
    ['Kerberos', { packageName: 'Kerberos' }],
    [
      'what Negotiate chose where that is Kerberos',
      { packageName: 'Negotiate', chosen: 'Kerberos' },
    ],
    ['Negotiate that does not say', { packageName: 'Negotiate' }],
  ])('does not for %s', async (_, setting) => {
    const context = await established(setting);
    fake.messageAnswers.push([0, 0, SECBUFFER_STREAM, 0, 0, 0, SECBUFFER_DATA, 0, 0, 0]);
    context.unwrap(TEXT);
    expect(given()).toEqual([
      [SECBUFFER_STREAM, TEXT],
      [SECBUFFER_DATA, undefined],
    ]);
  });

  test('takes a message that is nothing but its token, and refuses a shorter one', async () => {
    const context = await established({ packageName: 'NTLM' });
    fake.messageAnswers.push([0, 0, 2, 0, 0, 16, 1, 1, 0, 0]);
    expect(context.unwrap(Buffer.alloc(16))).toEqual(bytes(''));
    for (const short of [15, 0]) {
      expect(() => context.unwrap(Buffer.alloc(short))).toThrow(
        expect.objectContaining({ code: 'SEC_E_INVALID_TOKEN', call: 'DecryptMessage' }),
      );
    }
    expect(fake.calls).toHaveLength(1);
  });

  test('finds the plain text by its type, without attribute bits', async () => {
    const context = await established();
    const type = (SECBUFFER_DATA | SECBUFFER_READONLY) >>> 0;
    fake.messageAnswers.push([0, 0, type, 0, 0, 3, SECBUFFER_STREAM, 0, 0, 7]);
    expect(context.unwrap(TEXT)).toEqual(bytes('mes'));
  });

  test.each([
    ['there is no plain text', [SECBUFFER_STREAM, 0, 0, 7, SECBUFFER_PADDING, 0, 0, 0]],
    ['it is nowhere', [SECBUFFER_STREAM, 0, 0, 7, SECBUFFER_DATA, NOWHERE, 0, 7]],
  ])('throws where %s', async (_, left) => {
    const context = await established();
    fake.messageAnswers.push([0, 0, ...left]);
    expect(() => context.unwrap(TEXT)).toThrow(
      expect.objectContaining({ code: 'SEC_E_INTERNAL_ERROR', call: 'DecryptMessage' }),
    );
  });

  test('gives an empty plain text that has no place', async () => {
    const context = await established();
    fake.messageAnswers.push([0, 0, SECBUFFER_STREAM, 0, 0, 7, SECBUFFER_DATA, NOWHERE, 0, 0]);
    expect(context.unwrap(TEXT)).toEqual(bytes(''));
  });

  test.each([[{}], [{ allowUnencrypted: false }]])(
    'with %j refuses a message that was signed only',
    async (options) => {
      const context = await established();
      fake.messageAnswers.push([0, SECQOP_WRAP_NO_ENCRYPT, 0xa, 0, 0, 7, 1, 0, 0, 7]);
      expect(() => context.unwrap(TEXT, options as never)).toThrow(
        coded('ERR_SECUR32_NOT_ENCRYPTED'),
      );
    },
  );

  test('takes it where it is told to', async () => {
    const context = await established();
    fake.messageAnswers.push([0, SECQOP_WRAP_NO_ENCRYPT, 0xa, 0, 0, 7, 1, 0, 0, 7]);
    expect(context.unwrap(TEXT, { allowUnencrypted: true })).toEqual(TEXT);
  });

  test('refuses everything on a context that cannot encrypt, unless it is told not to', async () => {
    const context = await established({ attr: SIGNS, packageName: 'NTLM' });
    const data = Buffer.alloc(20);
    expect(() => context.unwrap(data)).toThrow(coded('ERR_SECUR32_NOT_ENCRYPTED'));
    expect(fake.calls).toEqual([]);
    // As NTLM says it: it does not write the quality of protection.
    fake.messageAnswers.push([0, 0, 2, 0, 0, 16, 1, 1, 0, 4]);
    expect(context.unwrap(data, { allowUnencrypted: true })).toHaveLength(4);
  });

  test.each([
    [{ allowUnencrypted: undefined }],
    [{ allowUnencrypted: 1 }],
    [{ allowUnencrypted: null }],
    [{ allowUnencrypted: 'true' }],
    [null],
    [true],
  ])('refuses the options %j', async (options) => {
    const context = await unasked(ENCRYPTS);
    expect(() => context.unwrap(TEXT, options as never)).toThrow(
      argumentError(/^allowUnencrypted |^the options of unwrap must/),
    );
    expect(fake.calls).toEqual([]);
  });

  test('throws the status of the package', async () => {
    const context = await established();
    fake.messageAnswers.push([SEC_E_MESSAGE_ALTERED, 0, 0xa, 0, 0, 7, 1, 0, 0, 7]);
    expect(() => context.unwrap(TEXT)).toThrow(
      expect.objectContaining({ code: 'SEC_E_MESSAGE_ALTERED', call: 'DecryptMessage' }),
    );
  });
});

describe('sign', () => {
  test('gives the signature alone, as long as the package wrote it', async () => {
    const context = await established({ attr: SIGNS });
    fake.messageAnswers.push(([, token]) => {
      token?.set(bytes('signature'));
      return [0, 0, 1, 0, 0, 7, 2, 1, 0, 9];
    });
    expect(context.sign(TEXT)).toEqual(bytes('signature'));
    expect(calls()).toEqual([['makeSignature', 0, 0]]);
    expect(given()).toEqual([
      [SECBUFFER_DATA, TEXT],
      [SECBUFFER_TOKEN, Buffer.alloc(SIZES.maxSignature)],
    ]);
  });

  test.each([
    ['is empty', [1, 0, 0, 7, 2, 1, 0, 0]],
    ['is nowhere', [1, 0, 0, 7, 2, NOWHERE, 0, 16]],
    ['is missing', []],
  ])('throws where the signature %s', async (_, left) => {
    const context = await established();
    fake.messageAnswers.push([0, 0, ...left]);
    expect(() => context.sign(TEXT)).toThrow(
      expect.objectContaining({ code: 'SEC_E_INTERNAL_ERROR', call: 'MakeSignature' }),
    );
  });

  test('throws on a context that cannot sign', async () => {
    const context = await unasked(0x10);
    expect(() => context.sign(TEXT)).toThrow(coded('ERR_SECUR32_REQUIREMENTS_NOT_MET'));
    expect(fake.calls).toEqual([]);
  });

  test('throws the status of the package', async () => {
    const context = await established();
    fake.messageAnswers.push([SEC_E_UNSUPPORTED_FUNCTION, 0]);
    expect(() => context.sign(TEXT)).toThrow(
      expect.objectContaining({ code: 'SEC_E_UNSUPPORTED_FUNCTION', call: 'MakeSignature' }),
    );
  });
});

describe('verify', () => {
  test('gives nothing where the signature is good', async () => {
    const context = await unasked(SIGNS);
    fake.messageAnswers.push([0, 0, 1, 0, 0, 7, 2, 1, 0, 9]);
    expect(() => {
      context.verify(TEXT, bytes('signature'));
    }).not.toThrow();
    expect(calls()).toEqual([['verifySignature', 0, 0]]);
    expect(given()).toEqual([
      [SECBUFFER_DATA, TEXT],
      [SECBUFFER_TOKEN, bytes('signature')],
    ]);
  });

  test('throws where it is not', async () => {
    const context = await unasked(ENCRYPTS);
    fake.messageAnswers.push([SEC_E_MESSAGE_ALTERED, 0]);
    expect(() => {
      context.verify(TEXT, bytes('signature'));
    }).toThrow(expect.objectContaining({ code: 'SEC_E_MESSAGE_ALTERED', call: 'VerifySignature' }));
  });

  test.each([['text'], [undefined], [null], [new ArrayBuffer(1)]])(
    'refuses %p as a signature',
    async (signature) => {
      const context = await unasked(ENCRYPTS);
      expect(() => {
        context.verify(TEXT, signature as never);
      }).toThrow(argumentError(/^the signature must be a Uint8Array or Buffer, not \w+$/));
      expect(fake.calls).toEqual([]);
    },
  );
});

/** Every message function of a context. */
const FUNCTIONS: readonly [string, (context: SecurityContext, message: Uint8Array) => unknown][] = [
  ['wrap', (context, message) => context.wrap(message)],
  ['unwrap', (context, message) => context.unwrap(message)],
  ['sign', (context, message) => context.sign(message)],
  [
    'verify',
    (context, message) => {
      context.verify(message, TEXT);
    },
  ],
];

describe.each(FUNCTIONS)('%s', (name, call) => {
  test.each([['text'], [undefined], [null], [[1]], [new ArrayBuffer(1)]])(
    'refuses %p as a message',
    async (message) => {
      const context = await unasked(ENCRYPTS);
      expect(() => call(context, message as never)).toThrow(
        argumentError(/^the message must be a Uint8Array or Buffer, not \w+$/),
      );
      expect(fake.calls).toEqual([]);
    },
  );

  test('needs a context that is established, and not closed', async () => {
    const context = new ServerContext(await credentials());
    expect(() => call(context, TEXT)).toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
    const other = await unasked(ENCRYPTS);
    other.close();
    expect(() => call(other, TEXT)).toThrow(coded('ERR_SECUR32_CLOSED'));
  });

  test('throws what the addon refuses', async () => {
    const context = await (name === 'verify' ? unasked(ENCRYPTS) : established());
    fake.messageAnswers.push(Refusal.shortToken);
    expect(() => call(context, Buffer.alloc(100))).toThrow(
      coded('ERR_SECUR32_BUFFERS_UNSUPPORTED'),
    );
  });
});

describe('what messages need', () => {
  test('is asked of the package once', async () => {
    const context = await established();
    fake.messageAnswers.push([0, 0], [0, 0]);
    context.wrap(TEXT);
    context.wrap(TEXT);
    expect(fake.queries.filter(([, attribute]) => attribute === SECPKG_ATTR_SIZES)).toHaveLength(1);
    expect(
      fake.queries.filter(([, attribute]) => attribute === SECPKG_ATTR_NEGOTIATION_INFO),
    ).toHaveLength(1);
  });

  test('is asked again where the package could not say', async () => {
    const context = await establishedServer({ attr: ENCRYPTS });
    fake.attributeAnswers.push(Refusal.noMemory);
    expect(() => context.wrap(TEXT)).toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
    fake.attributeAnswers.push([0, ...Object.values(SIZES)], [0, 2, ...NO_PACKAGE]);
    fake.messageAnswers.push([0, 0]);
    expect(context.wrap(TEXT)).toEqual(bytes(''));
  });
});

describe('on a context that would not notice a message that is repeated, left out or moved', () => {
  const CALLS: [string, (context: SecurityContext) => unknown][] = [
    ['wrap', (context) => context.wrap(TEXT)],
    ['wrap without encryption', (context) => context.wrap(TEXT, { encrypt: false })],
    ['unwrap', (context) => context.unwrap(TEXT)],
    [
      'unwrap of what was signed only',
      (context) => context.unwrap(TEXT, { allowUnencrypted: true }),
    ],
    ['sign', (context) => context.sign(TEXT)],
    [
      'verify',
      (context) => {
        context.verify(TEXT, TEXT);
      },
    ],
  ];

  test.each(CALLS)('%s throws, and the package is not called', async (_, call) => {
    for (const attr of [0x20010, 0x20014, 0x20018]) {
      const context = await unasked(attr);
      expect(() => call(context)).toThrow(coded('ERR_SECUR32_REQUIREMENTS_NOT_MET'));
    }
    expect(fake.calls).toEqual([]);
  });
});

test('a package that writes no attributes has the order in its signatures', async () => {
  const context = new ServerContext(
    await credentials({ traits: ProviderTrait.contextAttributesNotWritten }, { use: 'inbound' }),
    { protection: 'encrypt' },
  );
  fake.legAnswers.push({});
  fake.attributeAnswers.push([0, 0x10010]);
  await context.step(TEXT);
  expect(context.attributes).toMatchObject({ replayDetect: false, sequenceDetect: false });
  fake.messageAnswers.push([0, 0, 1, 0, 0, 7, 2, 1, 0, 9]);
  expect(() => {
    context.verify(TEXT, bytes('signature'));
  }).not.toThrow();
});

test('a client has the same functions', async () => {
  const context = new ClientContext(await credentials({}, { package: 'NTLM' }));
  fake.legAnswers.push({ attr: 0x1001c });
  await context.step();
  fake.attributeAnswers.push([0, ...Object.values(SIZES)], [SEC_E_UNSUPPORTED_FUNCTION]);
  fake.messageAnswers.push([0, 0, 2, 0, 0, 16, 1, 1, 0, 7, 9, 2, 0, 0]);
  expect(context.wrap(TEXT)).toHaveLength(23);
  fake.messageAnswers.push([0, 0, 2, 0, 0, 16, 1, 1, 0, 4]);
  expect(context.unwrap(Buffer.alloc(20))).toHaveLength(4);
});

describe('a status of success that is not SEC_E_OK (K6)', () => {
  const CALLS = [
    ['wrap', 'EncryptMessage', (context: ServerContext) => context.wrap(TEXT)],
    ['unwrap', 'DecryptMessage', (context: ServerContext) => context.unwrap(TEXT)],
    ['sign', 'MakeSignature', (context: ServerContext) => context.sign(TEXT)],
    [
      'verify',
      'VerifySignature',
      (context: ServerContext) => {
        context.verify(TEXT, TEXT);
      },
    ],
  ] as const;

  test.each(CALLS)('is an error of %s', async (name, call, act) => {
    for (const [status, code] of [
      [SEC_I_CONTEXT_EXPIRED, 'SEC_I_CONTEXT_EXPIRED'],
      [1, '0x00000001'],
    ] as const) {
      const context = name === 'verify' ? await unasked(ENCRYPTS) : await established();
      let plain: readonly (Uint8Array | undefined)[] = [];
      fake.messageAnswers.push((memory) => {
        plain = memory;
        return [status, 0, 2, 0, 0, 1, 1, 1, 0, 7];
      });
      expect(() => act(context)).toThrow(expect.objectContaining({ code, call, status }));
      // Nothing of a message that may not be protected is left.
      const left = Buffer.concat(plain.map((bytesOf) => bytesOf ?? Buffer.alloc(0)));
      if (name === 'wrap') expect(left.includes(TEXT)).toBe(false);
      context.close();
    }
  });
});

describe('a quality of protection of which it is not known that it encrypts (K7)', () => {
  test.each([[0xc0000001], [0x80000000], [0x40000000], [1]])('%i is refused', async (qop) => {
    const context = await established();
    fake.messageAnswers.push([0, qop, 10, 0, 0, 7, 1, 0, 0, 7]);
    expect(() => context.unwrap(TEXT)).toThrow(coded('ERR_SECUR32_NOT_ENCRYPTED'));
    fake.messageAnswers.push([0, qop, 10, 0, 0, 7, 1, 0, 0, 7]);
    expect(context.unwrap(TEXT, { allowUnencrypted: true })).toEqual(TEXT);
  });
});
