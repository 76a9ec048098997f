import { fake } from '../instruments/support/fake-native.js';

import { runInNewContext } from 'node:vm';

import { describe, expect, test } from '@jest/globals';

import { SECQOP_WRAP_NO_ENCRYPT } from '../../lib/constants/messages.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_MISSING,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_INCOMPLETE_MESSAGE,
  SEC_E_MESSAGE_ALTERED,
  SEC_I_CONTEXT_EXPIRED,
  SEC_I_CONTINUE_NEEDED,
  SEC_I_RENEGOTIATE,
} from '../../lib/constants/status.js';
import { SspiError } from '../../lib/core/errors.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ServerContext } from '../../lib/context/server-context.js';
import { applyControlToken } from '../../lib/raw/control-token.js';
import type { ContextHandle } from '../../lib/raw/handles.js';
import {
  decryptMessage,
  encryptMessage,
  makeSignature,
  verifySignature,
  type MessageResult,
  type MessageSecBuffer,
  type OpenedMessageResult,
  type ProtectOptions,
} from '../../lib/raw/messages.js';
import {
  argumentError,
  bytes,
  coded,
  credentials,
  establishedServer,
  rawContext,
} from '../instruments/support/fake-handles.js';

type Form = (context: ContextHandle, options: ProtectOptions) => MessageResult;

/** Each function, its name, that of its call, and whether it finds a quality of protection. */
const FORMS: readonly [string, Form, string, boolean][] = [
  ['encryptMessage', encryptMessage, 'EncryptMessage', false],
  ['decryptMessage', decryptMessage, 'DecryptMessage', true],
  ['makeSignature', makeSignature, 'MakeSignature', false],
  ['verifySignature', verifySignature, 'VerifySignature', true],
];

/** The letter x. */
const X = 0x78;
/** Memory that was not given to the package. */
const NOWHERE = 0xffffffff;
/** One buffer, as it was given. */
const SAME = [SECBUFFER_DATA, 0, 0, 4] as const;
const DATA: MessageSecBuffer = { type: SECBUFFER_DATA, data: bytes('text') };

/** What decryptMessage throws. */
function failureOf(message: readonly MessageSecBuffer[], inPlace = false): SspiError {
  try {
    decryptMessage(rawContext(), { message, inPlace });
  } catch (error) {
    if (error instanceof SspiError) return error;
    throw error;
  }
  throw new Error('decryptMessage did not fail');
}

/** What decryptMessage gives where the package leaves these buffers. */
function opened(
  message: readonly MessageSecBuffer[],
  ...left: (readonly [type: number, source: number, offset: number, size: number])[]
): OpenedMessageResult {
  fake.messageAnswers.push([0, 0, ...left.flat()]);
  return decryptMessage(rawContext(), { message });
}

describe.each(FORMS)('%s', (name, form, call, finds) => {
  test('passes types, bytes, quality of protection and number on', () => {
    fake.messageAnswers.push([0, 0, 2, 0, 0, 3, 1, 1, 0, 4, 9, 2, 0, 0]);
    form(rawContext(), {
      message: [
        { type: SECBUFFER_TOKEN, size: 3 },
        DATA,
        { type: SECBUFFER_PADDING, size: 0 },
        { type: SECBUFFER_EMPTY },
      ],
      ...(finds ? {} : { qop: SECQOP_WRAP_NO_ENCRYPT }),
      sequenceNumber: 0xffffffff,
    });
    expect(fake.calls).toEqual([
      {
        call: name,
        handle: 1,
        args: [
          finds ? 0 : SECQOP_WRAP_NO_ENCRYPT,
          0xffffffff,
          [SECBUFFER_TOKEN, SECBUFFER_DATA, SECBUFFER_PADDING, SECBUFFER_EMPTY],
          [Buffer.alloc(3), bytes('text'), Buffer.alloc(0), undefined],
        ],
      },
    ]);
  });

  test('passes 0 for what was left out', () => {
    fake.messageAnswers.push([0, 0, ...SAME]);
    form(rawContext(), { message: [DATA] });
    expect(fake.calls).toMatchObject([{ args: [0, 0, [SECBUFFER_DATA], [bytes('text')]] }]);
  });

  test(`gives the status and ${finds ? 'the' : 'no'} quality of protection that was found`, () => {
    fake.messageAnswers.push([SEC_I_RENEGOTIATE, 5, ...SAME]);
    expect(form(rawContext(), { message: [DATA] })).toEqual({
      status: SEC_I_RENEGOTIATE,
      statusName: 'SEC_I_RENEGOTIATE',
      message: [{ type: SECBUFFER_DATA, size: 4, data: bytes('text') }],
      ...(finds ? { qop: 5 } : {}),
    });
  });

  test('takes a status that is not SEC_E_OK for a success where it is one', () => {
    fake.messageAnswers.push([SEC_I_CONTEXT_EXPIRED, 0, ...SAME]);
    const { statusName } = form(rawContext(), { message: [DATA] });
    expect(statusName).toBe('SEC_I_CONTEXT_EXPIRED');
  });

  test('throws the status of a failure', () => {
    const context = rawContext();
    fake.messageAnswers.push([SEC_E_MESSAGE_ALTERED, 0, ...SAME]);
    expect(() => form(context, { message: [DATA] })).toThrow(
      expect.objectContaining({
        name: 'SspiError',
        code: 'SEC_E_MESSAGE_ALTERED',
        status: SEC_E_MESSAGE_ALTERED,
        call,
      }),
    );
  });

  test('works on the context of a high-level object, too', async () => {
    const { handle } = await establishedServer();
    fake.messageAnswers.push([0, 0, ...SAME]);
    if (handle === undefined) throw new Error('no context');
    expect(form(handle, { message: [DATA] })).toHaveProperty('status', 0);
  });

  test.each([
    ['no object', undefined, `the options of ${name} must be a plain object`],
    ['null', null, `the options of ${name} must be a plain object`],
    ['no message', {}, 'message must be an array of buffers'],
    ['a message that is bytes', { message: bytes('a') }, 'message must be an array of buffers'],
    ['a message without buffers', { message: [] }, 'message must not be empty'],
    [
      'a message of 17 buffers',
      { message: Array.from({ length: 17 }, () => DATA) },
      'message has 17 buffers; the limit is 16',
    ],
    ['a buffer of null', { message: [DATA, null] }, 'message[1] must be a plain object'],
    // eslint-disable-next-line no-sparse-arrays -- a hole is what is tested
    ['a hole', { message: [, DATA] }, 'message[0] must be a plain object'],
    ['no type', { message: [{}] }, 'message[0].type must be a SECBUFFER_ constant'],
    ['half a type', { message: [{ type: 0.5 }] }, 'message[0].type must be a SECBUFFER_ constant'],
    [
      'text',
      { message: [{ type: 1, data: 'a' }] },
      'message[0].data must be a Uint8Array or Buffer, not string',
    ],
    [
      'null data',
      { message: [{ type: 1, data: null }] },
      'message[0].data must be a Uint8Array or Buffer, not null',
    ],
    [
      'an ArrayBuffer',
      { message: [{ type: 1, data: new ArrayBuffer(1) }] },
      'message[0].data must be a Uint8Array or Buffer, not object',
    ],
    [
      'data with a size',
      { message: [{ type: 1, data: bytes('a'), size: 1 }] },
      'message[0] must not have both data and size',
    ],
    [
      'a negative size',
      { message: [{ type: 1, size: -1 }] },
      'message[0].size must be an integer from 0 to 2147483647',
    ],
    [
      'a size of 2 GiB',
      { message: [{ type: 1, size: 0x80000000 }] },
      'message[0].size must be an integer from 0 to 2147483647',
    ],
    [
      'a size as text',
      { message: [{ type: 1, size: '1' }] },
      'message[0].size must be an integer from 0 to 2147483647',
    ],
    [
      'half a qop',
      { message: [DATA], qop: 0.5 },
      finds ? "Unknown option 'qop'" : 'qop must be an integer from 0 to 4294967295',
    ],
    [
      'a null qop',
      { message: [DATA], qop: null },
      finds ? "Unknown option 'qop'" : 'qop must be an integer from 0 to 4294967295',
    ],
    [
      'a sequence number of 33 bits',
      { message: [DATA], sequenceNumber: 2 ** 32 },
      'sequenceNumber must be an integer from 0 to 4294967295',
    ],
    ['inPlace as a number', { message: [DATA], inPlace: 1 }, 'inPlace must be true or false'],
  ])('refuses %s before the addon sees it', (_, options, message) => {
    const context = rawContext();
    fake.log.length = 0;
    expect(() => form(context, options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_SECUR32_INVALID_ARGUMENT', message }),
    );
    expect(fake.log).toEqual([]);
  });

  test('refuses a closed context, and what is none', () => {
    const context = rawContext();
    context.close();
    fake.log.length = 0;
    expect(() => form(context, { message: [DATA] })).toThrow(coded('ERR_SECUR32_CLOSED'));
    expect(() => form({} as unknown as ContextHandle, { message: [DATA] })).toThrow(
      coded('ERR_SECUR32_INVALID_HANDLE'),
    );
    expect(fake.log).toEqual([]);
  });

  test.each([
    [Refusal.badArgument, 'ERR_SECUR32_INVALID_ARGUMENT'],
    [Refusal.busy, 'ERR_SECUR32_BUSY'],
    [Refusal.failedBefore, 'ERR_SECUR32_CONTEXT_FAILED'],
    [Refusal.shortToken, 'ERR_SECUR32_BUFFERS_UNSUPPORTED'],
    [Refusal.noMemory, 'ERR_SECUR32_OUT_OF_MEMORY'],
  ] as const)('throws refusal %i as %s', (refusal, code) => {
    const context = rawContext();
    fake.messageAnswers.push(refusal);
    expect(() => form(context, { message: [DATA] })).toThrow(coded(code));
  });
});

test('a type keeps its attribute bits, as an unsigned number', () => {
  fake.messageAnswers.push([0, 0]);
  encryptMessage(rawContext(), {
    message: [
      { type: SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM },
      { type: SECBUFFER_TOKEN | SECBUFFER_READONLY },
    ],
  });
  expect(fake.calls).toMatchObject([{ args: [0, 0, [0x10000001, 0x80000002], expect.anything()] }]);
});

describe('a message that is copied', () => {
  test('leaves the memory of the caller as it was', () => {
    const data = bytes('text');
    fake.messageAnswers.push(([memory]) => {
      memory?.fill(X);
      return [0, 0, ...SAME];
    });
    const { message } = encryptMessage(rawContext(), { message: [{ type: 1, data }] });
    expect(message).toEqual([{ type: 1, size: 4, data: bytes('xxxx') }]);
    expect(data).toEqual(bytes('text'));
  });

  test('may be in shared memory', () => {
    const data = new Uint8Array(new SharedArrayBuffer(4));
    data.set(bytes('text'));
    fake.messageAnswers.push([0, 0, ...SAME]);
    const { message } = encryptMessage(rawContext(), { message: [{ type: 1, data }] });
    expect(message[0]?.data).toEqual(bytes('text'));
    expect(message[0]?.data?.buffer).not.toBe(data.buffer);
  });
});

describe('a message that is worked on in place', () => {
  test('is changed, and what comes out is a part of it', () => {
    const whole = bytes('[text]');
    const data = whole.subarray(1, 5);
    fake.messageAnswers.push(([memory]) => {
      memory?.fill(X);
      return [0, 0, SECBUFFER_DATA, 0, 1, 2];
    });
    const { message } = encryptMessage(rawContext(), {
      message: [{ type: 1, data }],
      inPlace: true,
    });
    expect(whole).toEqual(bytes('[xxxx]'));
    expect(message).toEqual([{ type: 1, size: 2, data: bytes('xx') }]);
    message[0]?.data?.fill('y');
    expect(whole).toEqual(bytes('[xyyx]'));
  });

  test('is not wiped where the call fails', () => {
    const data = bytes('text');
    fake.messageAnswers.push([SEC_E_MESSAGE_ALTERED, 0, ...SAME]);
    expect(failureOf([{ type: 1, data }], true).code).toBe('SEC_E_MESSAGE_ALTERED');
    expect(data).toEqual(bytes('text'));
  });

  test('cannot be in shared memory', () => {
    const context = rawContext();
    const data = new Uint8Array(new SharedArrayBuffer(4));
    expect(() =>
      encryptMessage(context, { message: [DATA, { type: 1, data }], inPlace: true }),
    ).toThrow(argumentError(/^message\[1\].data must not be shared memory/));
    expect(fake.calls).toEqual([]);
  });

  test('has room of ours where there is no data', () => {
    fake.messageAnswers.push(([memory]) => {
      memory?.set(bytes('sig'));
      return [0, 0, SECBUFFER_TOKEN, 0, 0, 3];
    });
    const { message } = makeSignature(rawContext(), {
      message: [{ type: SECBUFFER_TOKEN, size: 16 }],
      inPlace: true,
    });
    expect(message).toEqual([{ type: SECBUFFER_TOKEN, size: 3, data: bytes('sig') }]);
  });
});

describe('a buffer afterwards', () => {
  const stream = { type: SECBUFFER_STREAM, data: bytes('head plain tail') };

  test('is the part of the memory that the package says, of whichever buffer', () => {
    const { message } = opened(
      [stream, { type: SECBUFFER_DATA }],
      [SECBUFFER_STREAM, 0, 0, 15],
      [SECBUFFER_DATA, 0, 5, 5],
    );
    expect(message).toEqual([
      { type: SECBUFFER_STREAM, size: 15, data: stream.data },
      { type: SECBUFFER_DATA, size: 5, data: bytes('plain') },
    ]);
  });

  test('may have changed its type, with the attribute bits', () => {
    const { message } = opened([stream], [SECBUFFER_DATA | SECBUFFER_READONLY, 0, 0, 0]);
    expect(message).toEqual([
      { type: SECBUFFER_DATA | SECBUFFER_READONLY, size: 0, data: bytes('') },
    ]);
  });

  test('has no bytes where they are not in memory that was given', () => {
    const { message } = opened([stream], [SECBUFFER_DATA, NOWHERE, 0, 7]);
    expect(message).toEqual([{ type: SECBUFFER_DATA, size: 7 }]);
  });

  test('has no bytes where it is said to be in a buffer without any', () => {
    const { message } = opened([{ type: SECBUFFER_EMPTY }], [SECBUFFER_DATA, 0, 0, 0]);
    expect(message).toEqual([{ type: SECBUFFER_DATA, size: 0 }]);
  });
});

describe('what a message leaves over (EXTRA)', () => {
  const input = { type: SECBUFFER_DATA, data: bytes('message|next') };
  const empty = { type: SECBUFFER_EMPTY };

  test('is where the package says', () => {
    const { message } = opened([input, empty], [1, 0, 0, 7], [SECBUFFER_EXTRA, 0, 8, 4]);
    expect(message[1]).toEqual({ type: SECBUFFER_EXTRA, size: 4, data: bytes('next') });
  });

  test.each([[SECBUFFER_EXTRA], [SECBUFFER_EXTRA | SECBUFFER_READONLY]])(
    'is the end of the input where it does not say (type %i)',
    (type) => {
      const { message } = opened([input, empty], [1, 0, 0, 7], [type, NOWHERE, 0, 4]);
      expect(message[1]).toEqual({ type, size: 4, data: bytes('next') });
    },
  );

  test('may be all of the input, or nothing', () => {
    const { message } = opened(
      [input, empty],
      [SECBUFFER_EXTRA, NOWHERE, 0, 12],
      [SECBUFFER_EXTRA, NOWHERE, 0, 0],
    );
    expect(message.map(({ data }) => data)).toEqual([input.data, bytes('')]);
  });

  test('has no bytes where it is said to be longer than the input', () => {
    const { message } = opened([input, empty], [1, 0, 0, 7], [SECBUFFER_EXTRA, NOWHERE, 0, 13]);
    expect(message[1]).toEqual({ type: SECBUFFER_EXTRA, size: 13 });
  });

  test('has no bytes where the first buffer had none', () => {
    const { message } = opened([empty, input], [SECBUFFER_EXTRA, NOWHERE, 0, 0], [1, 1, 0, 7]);
    expect(message[0]).toEqual({ type: SECBUFFER_EXTRA, size: 0 });
  });
});

describe('a message that is not whole', () => {
  const input = [{ type: SECBUFFER_DATA, data: bytes('half') }, { type: SECBUFFER_EMPTY }];

  test.each([[SECBUFFER_MISSING], [SECBUFFER_MISSING | SECBUFFER_READONLY]])(
    'fails with what is missing (type %i)',
    (type) => {
      fake.messageAnswers.push([SEC_E_INCOMPLETE_MESSAGE, 0, ...SAME, type, NOWHERE, 0, 21]);
      expect(failureOf(input)).toMatchObject({ code: 'SEC_E_INCOMPLETE_MESSAGE', missing: 21 });
    },
  );

  test('fails without it where the package does not say', () => {
    fake.messageAnswers.push([SEC_E_INCOMPLETE_MESSAGE, 0, ...SAME, 0, NOWHERE, 0, 0]);
    expect(failureOf(input)).not.toHaveProperty('missing');
  });
});

describe('after a failure', () => {
  test.each([
    ['of the package', [SEC_E_MESSAGE_ALTERED, 0, ...SAME] as const],
    ['of the addon', Refusal.busy],
  ])('%s nothing is left in the copies', (_, answer) => {
    let seen: (Uint8Array | undefined)[] = [];
    const context = rawContext();
    fake.messageAnswers.push((memory) => {
      seen = [...memory];
      seen[2]?.fill(X);
      return answer;
    });
    const data = bytes('text');
    const message = [{ type: 1, data }, { type: 0 }, { type: 2, size: 2 }];
    expect(() => decryptMessage(context, { message })).toThrow();
    expect(seen).toEqual([new Uint8Array(4), undefined, Buffer.alloc(2)]);
    expect(data).toEqual(bytes('text'));
  });

  test('the error has no token, and no bytes of the message', () => {
    fake.messageAnswers.push([SEC_E_MESSAGE_ALTERED, 0, ...SAME]);
    const error = failureOf([DATA]);
    expect([error.token, error.output]).toEqual([undefined, []]);
  });
});

function handleOf({ handle }: ServerContext): ContextHandle {
  if (handle === undefined) throw new Error('no context');
  return handle;
}

describe('the context of a high-level object', () => {
  const message = (): MessageSecBuffer[] => [{ type: SECBUFFER_DATA, data: bytes('message') }];
  const CALLS = [
    ['encryptMessage', (context: ContextHandle) => encryptMessage(context, { message: message() })],
    ['decryptMessage', (context: ContextHandle) => decryptMessage(context, { message: message() })],
    ['makeSignature', (context: ContextHandle) => makeSignature(context, { message: message() })],
    [
      'verifySignature',
      (context: ContextHandle) => verifySignature(context, { message: message() }),
    ],
  ] as const;

  test.each(CALLS)('has no %s in the middle of its handshake (K12)', async (_, act) => {
    const server = new ServerContext(await credentials());
    fake.legAnswers.push({ status: SEC_I_CONTINUE_NEEDED });
    await server.step(bytes('1'));
    const before = fake.calls.length;
    expect(() => act(handleOf(server))).toThrow(coded('ERR_SECUR32_OWNED_HANDLE'));
    expect(fake.calls).toHaveLength(before);
    server.close();
  });

  test('has messages once it is established', async () => {
    const server = await establishedServer();
    fake.messageAnswers.push([0, 0, 1, 0, 0, 7]);
    const { message: written } = encryptMessage(handleOf(server), { message: message() });
    expect(written[0]?.data).toEqual(bytes('message'));
  });

  test('takes no control token, whose leg nobody else may run (K12)', async () => {
    const server = await establishedServer();
    const input = [{ type: SECBUFFER_TOKEN, data: bytes('shut') }];
    expect(() => {
      applyControlToken(handleOf(server), input);
    }).toThrow(coded('ERR_SECUR32_OWNED_HANDLE'));
  });
});

test('memory that another realm shares is not worked on in place (K13)', async () => {
  const server = await establishedServer();
  const { bytes: shared } = runInNewContext(
    '({ bytes: new Uint8Array(new SharedArrayBuffer(8)) })',
  ) as {
    bytes: Uint8Array;
  };
  expect(() =>
    encryptMessage(handleOf(server), {
      message: [{ type: SECBUFFER_DATA, data: shared }],
      inPlace: true,
    }),
  ).toThrow(argumentError(/^message\[0\]\.data must not be shared memory/));
});
