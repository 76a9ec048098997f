/**
 * The message functions: every layout of buffers that packages document, in
 * place and in memory of our own, and what a package may make of them.
 */

import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { SECQOP_WRAP_NO_ENCRYPT } from '../../lib/constants/messages.js';
import {
  SECBUFFER_ALERT,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_MISSING,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_DECRYPT_FAILURE,
  SEC_E_INCOMPLETE_MESSAGE,
  SEC_E_INVALID_TOKEN,
  SEC_E_MESSAGE_ALTERED,
  SEC_I_CONTEXT_EXPIRED,
  SEC_I_RENEGOTIATE,
} from '../../lib/constants/status.js';
import { native } from '../../lib/binding/native.js';
import type { ContextHandle } from '../../lib/raw/handles.js';
import {
  decryptMessage,
  encryptMessage,
  makeSignature,
  verifySignature,
  type MessageSecBuffer,
  type ProtectedSecBuffer,
} from '../../lib/raw/messages.js';
import { acceptSecurityContext } from '../../lib/raw/handshake-calls.js';
import { codeOf, outcome } from '../instruments/support/outcomes.js';
import {
  callsAtGates,
  endOfTest,
  Gate,
  getAcquainted,
  journalOf,
  Script,
  takeJournal,
  type ScriptedBuffer,
} from '../instruments/support/scripted.js';
import { clientOf, closeOpened, serverOf } from '../instruments/support/scripted-contexts.js';

beforeAll(() => getAcquainted(['Scripted', 'CREDSSP']));
afterEach(async () => {
  jest.restoreAllMocks();
  closeOpened();
  await endOfTest();
});

const TURN = 0x5a;
/** What the package makes of data, and back. */
function turned(text: string): string {
  const bytes = Buffer.from(text).map((byte) => byte ^ TURN);
  return Buffer.from(bytes).toString('latin1');
}

type Seen = [type: number, size: number, text: string | undefined];

/** Buffers, short enough to be compared. */
function seen(message: readonly ProtectedSecBuffer[]): Seen[] {
  return message.map(({ type, size, data }) => [type, size, data?.toString('latin1')]);
}

function data(text: string): MessageSecBuffer {
  return { type: SECBUFFER_DATA, data: Buffer.from(text) };
}

const unsigned = (type: number) => type >>> 0;

/** Whether the bytes are in that very memory. */
function lies(bytes: Uint8Array | undefined, memory: Uint8Array, offset = 0): boolean {
  return bytes?.buffer === memory.buffer && bytes.byteOffset === memory.byteOffset + offset;
}

const FUNCTIONS = [
  ['encryptMessage', 'encrypt', encryptMessage],
  ['decryptMessage', 'decrypt', decryptMessage],
  ['makeSignature', 'makeSignature', makeSignature],
  ['verifySignature', 'verifySignature', verifySignature],
] as const;

describe('TOKEN, DATA, PADDING', () => {
  const message = (inner: Uint8Array) => [
    { type: SECBUFFER_TOKEN, size: 16 },
    { type: SECBUFFER_DATA, data: inner },
    { type: SECBUFFER_PADDING, size: 4 },
  ];
  const SEALED: Seen[] = [
    [SECBUFFER_TOKEN, 8, 'sealed!!'],
    [SECBUFFER_DATA, 5, turned('hello')],
    [SECBUFFER_PADDING, 0, ''],
  ];

  test('are encrypted, and each is as long as the package says then', () => {
    const inner = Buffer.from('hello');
    const {
      status,
      statusName,
      message: sealed,
    } = encryptMessage(clientOf(new Script()), {
      message: message(inner),
    });
    expect([status, statusName]).toEqual([0, 'SEC_E_OK']);
    expect(seen(sealed)).toEqual(SEALED);
    // What was given is as it was.
    expect(inner.toString()).toBe('hello');
    expect(journalOf('encrypt')).toEqual([
      expect.objectContaining({
        onThisThread: true,
        qop: 0,
        sequence: 0,
        input: [
          { type: SECBUFFER_TOKEN, size: 16, data: Buffer.alloc(16) },
          { type: SECBUFFER_DATA, size: 5, data: Buffer.from('hello') },
          { type: SECBUFFER_PADDING, size: 4, data: Buffer.alloc(4) },
        ],
      }),
    ]);
  });

  test('are encrypted in place', () => {
    const inner = Buffer.from('hello');
    const { message: sealed } = encryptMessage(clientOf(new Script()), {
      message: message(inner),
      inPlace: true,
    });
    expect(seen(sealed)).toEqual(SEALED);
    expect(inner.toString('latin1')).toBe(turned('hello'));
    expect(lies(sealed[1]?.data, inner)).toBe(true);
  });

  test.each([
    ['in memory of our own', false],
    ['in place', true],
  ])('are decrypted %s', (_, inPlace) => {
    const whole = Buffer.from(`sealed!!${turned('hello')}pad`, 'latin1');
    const result = decryptMessage(serverOf(new Script()), {
      message: [
        { type: SECBUFFER_TOKEN, data: whole.subarray(0, 8) },
        { type: SECBUFFER_DATA, data: whole.subarray(8, 13) },
        { type: SECBUFFER_PADDING, data: whole.subarray(13) },
      ],
      inPlace,
    });
    expect(seen(result.message)).toEqual([
      [SECBUFFER_TOKEN, 8, 'sealed!!'],
      [SECBUFFER_DATA, 5, 'hello'],
      [SECBUFFER_PADDING, 3, 'pad'],
    ]);
    expect(result.qop).toBe(0);
    expect(lies(result.message[1]?.data, whole, 8)).toBe(inPlace);
  });
});

describe('STREAM, DATA', () => {
  const whole = () => Buffer.from(`sealed!!${turned('streamed')}`, 'latin1');
  const message = (stream: Uint8Array) => [
    { type: SECBUFFER_STREAM, data: stream },
    { type: SECBUFFER_DATA },
  ];

  test.each([
    ['in memory of our own', false],
    ['in place', true],
  ])('the data is a part of the stream, %s', (_, inPlace) => {
    const stream = whole();
    const result = decryptMessage(serverOf(new Script()), { message: message(stream), inPlace });
    expect(seen(result.message).at(1)).toEqual([SECBUFFER_DATA, 8, 'streamed']);
    const [first, second] = result.message;
    expect(second?.data?.buffer).toBe(first?.data?.buffer);
    expect(lies(second?.data, stream, 8)).toBe(inPlace);
    expect(stream.equals(whole())).toBe(!inPlace);
    // What has no memory arrives without any.
    expect(journalOf('decrypt')[0]?.input?.[1]).toEqual({
      type: SECBUFFER_DATA,
      size: 0,
      data: undefined,
    });
  });

  test('without data that is nothing', () => {
    const result = decryptMessage(serverOf(new Script()), {
      message: message(Buffer.from('sealed!!')),
    });
    expect(seen(result.message).at(1)).toEqual([SECBUFFER_DATA, 0, '']);
  });
});

describe('the buffers of Schannel', () => {
  test('header, data and trailer are as long as the package says', () => {
    const script = new Script().on('encrypt', {
      output: ['HEAD!', 'data', 'TRAIL', { memory: 'untouched' }],
    });
    const { message } = encryptMessage(clientOf(script), {
      message: [
        { type: SECBUFFER_STREAM_HEADER, size: 13 },
        data('DATA'),
        { type: SECBUFFER_STREAM_TRAILER, size: 36 },
        { type: SECBUFFER_EMPTY },
      ],
    });
    expect(seen(message)).toEqual([
      [SECBUFFER_STREAM_HEADER, 5, 'HEAD!'],
      [SECBUFFER_DATA, 4, 'data'],
      [SECBUFFER_STREAM_TRAILER, 5, 'TRAIL'],
      [SECBUFFER_EMPTY, 0, undefined],
    ]);
  });

  const input = (record: Uint8Array) => [
    { type: SECBUFFER_DATA, data: record },
    { type: SECBUFFER_EMPTY },
    { type: SECBUFFER_EMPTY },
    { type: SECBUFFER_EMPTY },
  ];
  const part = (type: number, offset: number, text: string): ScriptedBuffer => ({
    type,
    memory: 'input',
    offset,
    data: text,
  });

  test.each([
    ['in memory of our own', false],
    ['in place', true],
  ])('are found in what came, in any order, %s', (_, inPlace) => {
    const record = Buffer.from('hhhhhciphertttttmore');
    const script = new Script().on('decrypt', {
      output: [
        part(SECBUFFER_STREAM_HEADER, 0, 'hhhhh'),
        part(SECBUFFER_STREAM_TRAILER, 11, 'ttttt'),
        part(SECBUFFER_DATA, 5, 'plain!'),
        part(SECBUFFER_EXTRA, 16, 'more'),
      ],
    });
    const result = decryptMessage(clientOf(script), { message: input(record), inPlace });
    expect(seen(result.message)).toEqual([
      [SECBUFFER_STREAM_HEADER, 5, 'hhhhh'],
      [SECBUFFER_STREAM_TRAILER, 5, 'ttttt'],
      [SECBUFFER_DATA, 6, 'plain!'],
      [SECBUFFER_EXTRA, 4, 'more'],
    ]);
    expect(lies(result.message[2]?.data, record, 5)).toBe(inPlace);
  });

  test('what is left over is the end of the input, where the package does not say where it is', () => {
    const script = new Script()
      .on('decrypt', {
        output: [{ memory: 'untouched' }, { type: SECBUFFER_EXTRA, memory: 'null', size: 4 }],
      })
      .on('decrypt', {
        output: [{ memory: 'untouched' }, { type: SECBUFFER_EXTRA, memory: 'null', size: 21 }],
      });
    const context = clientOf(script);
    const extra = () =>
      seen(
        decryptMessage(context, { message: input(Buffer.from('hhhhhciphertttttmore')) }).message,
      ).at(1);
    expect(extra()).toEqual([SECBUFFER_EXTRA, 4, 'more']);
    // More than there was is nowhere.
    expect(extra()).toEqual([SECBUFFER_EXTRA, 21, undefined]);
  });

  test.each([
    ['how much is missing', [{ type: SECBUFFER_MISSING, memory: 'null', size: 77 }], 77],
    ['nothing about how much', [{ memory: 'untouched' }], undefined],
  ] as [string, ScriptedBuffer[], number | undefined][])(
    'an incomplete record says %s, and is as it was',
    (_, output, missing) => {
      const script = new Script().on('decrypt', { status: SEC_E_INCOMPLETE_MESSAGE, output });
      const record = Buffer.from('hhh');
      const { error } = outcome(() =>
        decryptMessage(clientOf(script), { message: input(record), inPlace: true }),
      );
      expect(error).toMatchObject({
        code: 'SEC_E_INCOMPLETE_MESSAGE',
        status: SEC_E_INCOMPLETE_MESSAGE,
        call: 'DecryptMessage',
      });
      expect((error as { missing?: number }).missing).toBe(missing);
      expect(record.toString()).toBe('hhh');
    },
  );

  test.each([
    ['SEC_I_RENEGOTIATE', SEC_I_RENEGOTIATE],
    ['SEC_I_CONTEXT_EXPIRED', SEC_I_CONTEXT_EXPIRED],
  ])('%s is a result and no error', (name, status) => {
    const script = new Script().on('decrypt', {
      status,
      output: [{ memory: 'untouched' }, part(SECBUFFER_EXTRA, 3, 'x')],
    });
    const result = decryptMessage(clientOf(script), { message: input(Buffer.from('abcx')) });
    expect(result).toMatchObject({ status, statusName: name });
    expect(seen(result.message).at(1)).toEqual([SECBUFFER_EXTRA, 1, 'x']);
  });

  test('an empty record is no data', () => {
    const script = new Script().on('decrypt', {
      output: [{ memory: 'untouched' }, part(SECBUFFER_DATA, 5, '')],
    });
    const { message } = decryptMessage(clientOf(script), {
      message: input(Buffer.from('hhhhhttttt')),
    });
    expect(seen(message).at(1)).toEqual([SECBUFFER_DATA, 0, '']);
  });
});

describe('associated data', () => {
  const READONLY = unsigned(SECBUFFER_DATA | SECBUFFER_READONLY);
  const CHECKED = unsigned(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM);

  test.each([
    ['as numbers without a sign', READONLY, CHECKED],
    // As JavaScript makes of them.
    ['as JavaScript ORs them', READONLY | 0, CHECKED | 0],
  ])('arrives with its bits, %s, and stays readable', (_, readOnly, checked) => {
    const header = Buffer.from('header');
    const { message } = encryptMessage(clientOf(new Script()), {
      message: [
        { type: readOnly, data: header },
        { type: checked, data: Buffer.from('checked') },
        data('secret'),
        { type: SECBUFFER_TOKEN, size: 16 },
      ],
      inPlace: true,
    });
    expect(seen(message)).toEqual([
      [READONLY, 6, 'header'],
      [CHECKED, 7, 'checked'],
      [SECBUFFER_DATA, 6, turned('secret')],
      [SECBUFFER_TOKEN, 8, 'sealed!!'],
    ]);
    expect(lies(message[0]?.data, header)).toBe(true);
    expect(journalOf('encrypt')[0]?.input?.map(({ type }) => type)).toEqual([
      READONLY,
      CHECKED,
      SECBUFFER_DATA,
      SECBUFFER_TOKEN,
    ]);
  });
});

describe('a signature', () => {
  test('is made of the data, which stays as it is, and is good', () => {
    const script = new Script();
    const context = clientOf(script);
    const { message } = makeSignature(context, {
      message: [data('one'), data('two'), { type: SECBUFFER_TOKEN, size: 16 }],
    });
    expect(seen(message)).toEqual([
      [SECBUFFER_DATA, 3, 'one'],
      [SECBUFFER_DATA, 3, 'two'],
      [SECBUFFER_TOKEN, 8, 'signed!!'],
    ]);
    const token = { type: SECBUFFER_TOKEN, data: Buffer.from('signed!!') };
    const verified = verifySignature(serverOf(script), { message: [data('onetwo'), token] });
    expect(verified).toMatchObject({ status: 0, qop: 0 });
  });

  test('that is another one is bad', () => {
    const token = { type: SECBUFFER_TOKEN, data: Buffer.from('signed!?') };
    const { error } = outcome(() =>
      verifySignature(serverOf(new Script()), { message: [data('onetwo'), token] }),
    );
    expect(error).toMatchObject({
      code: 'SEC_E_MESSAGE_ALTERED',
      status: SEC_E_MESSAGE_ALTERED,
      call: 'VerifySignature',
    });
  });
});

test('sequence numbers and qualities of protection arrive, and come back', () => {
  const script = new Script();
  const context = serverOf(script);
  const token = { type: SECBUFFER_TOKEN, data: Buffer.from('signed!!') };
  const message = [data('x'), token];
  encryptMessage(context, { message, qop: SECQOP_WRAP_NO_ENCRYPT, sequenceNumber: 0xffffffff });
  makeSignature(context, { message, qop: 7, sequenceNumber: 1 });
  script.on('decrypt', { attributes: 0xdeadbeef, output: [{ memory: 'untouched' }] });
  script.on('verifySignature', { attributes: 3 });
  expect([
    decryptMessage(context, { message, sequenceNumber: 2 }).qop,
    verifySignature(context, { message, sequenceNumber: 3 }).qop,
  ]).toEqual([0xdeadbeef, 3]);
  const arrived = takeJournal().filter(({ sequence }) => sequence !== undefined);
  expect(arrived.map((entry) => [entry.call, entry.qop, entry.sequence])).toEqual([
    ['encrypt', SECQOP_WRAP_NO_ENCRYPT, 0xffffffff],
    ['makeSignature', 7, 1],
    ['decrypt', undefined, 2],
    ['verifySignature', undefined, 3],
  ]);
});

test('a message that was signed only says so', () => {
  const { qop } = decryptMessage(serverOf(new Script()), {
    message: [
      { type: SECBUFFER_STREAM, data: Buffer.from('plain!!!readable') },
      { type: SECBUFFER_DATA },
    ],
  });
  expect(qop).toBe(SECQOP_WRAP_NO_ENCRYPT);
});

describe.each(FUNCTIONS)('what a package may make of %s', (_, call, run) => {
  const MADE: readonly [string, ScriptedBuffer, Seen][] = [
    ['what is as it was', { memory: 'untouched' }, [SECBUFFER_DATA, 6, 'second']],
    ['less', { data: 'sec' }, [SECBUFFER_DATA, 3, 'sec']],
    ['nothing', { data: '' }, [SECBUFFER_DATA, 0, '']],
    ['another type', { data: 'second', type: SECBUFFER_ALERT }, [SECBUFFER_ALERT, 6, 'second']],
    ['more than there was', { data: 'SECOND', size: 7 }, [SECBUFFER_DATA, 7, undefined]],
    ['absurdly much', { size: 0xffffffff }, [SECBUFFER_DATA, 0xffffffff, undefined]],
    ['memory of its own', { memory: 'foreign', data: 'foreign' }, [SECBUFFER_DATA, 7, undefined]],
    ['nowhere', { memory: 'null', size: 6 }, [SECBUFFER_DATA, 6, undefined]],
    ['nowhere, and nothing', { memory: 'null' }, [SECBUFFER_DATA, 0, undefined]],
    ['a part of another', { memory: 'input', offset: 2, size: 3 }, [SECBUFFER_DATA, 3, 'rst']],
    ['the end of another', { memory: 'input', offset: 5, size: 0 }, [SECBUFFER_DATA, 0, '']],
    [
      'more than the rest of another',
      { memory: 'input', offset: 2, size: 4 },
      [SECBUFFER_DATA, 4, undefined],
    ],
    [
      'what is behind another',
      { memory: 'input', offset: 100, size: 1 },
      [SECBUFFER_DATA, 1, undefined],
    ],
  ];

  test.each(MADE)('%s', (_title, buffer, expected) => {
    const script = new Script().on(call, { output: [{ memory: 'untouched' }, buffer] });
    const result = run(clientOf(script), { message: [data('first'), data('second')] });
    expect(seen(result.message)).toEqual([[SECBUFFER_DATA, 5, 'first'], expected]);
  });
});

test('a message has at most sixteen buffers', () => {
  const context = clientOf(new Script());
  const message = Array.from({ length: 17 }, () => data('x'));
  expect(codeOf(() => encryptMessage(context, { message }))).toBe('ERR_SECUR32_INVALID_ARGUMENT');
  expect(encryptMessage(context, { message: message.slice(1) }).message).toHaveLength(16);
});

describe('after a failure', () => {
  /** The memory that goes to the addon. */
  function watched(name: (typeof FUNCTIONS)[number][0]): (Uint8Array | undefined)[][] {
    const memory: (Uint8Array | undefined)[][] = [];
    const real = native()[name].bind(native());
    jest.spyOn(native(), name).mockImplementation((...args) => {
      memory.push([...args[4]]);
      return real(...args);
    });
    return memory;
  }

  test.each(FUNCTIONS)('of %s nothing stays in our memory', (name, call, run) => {
    const memory = watched(name);
    const script = new Script().on(call, {
      status: SEC_E_DECRYPT_FAILURE,
      output: [{ memory: 'untouched' }, 'half of it'],
    });
    const message = [data('secret'), { type: SECBUFFER_DATA, size: 20 }];
    expect(codeOf(() => run(clientOf(script), { message }))).toBe('SEC_E_DECRYPT_FAILURE');
    expect(memory).toEqual([[new Uint8Array(6), Buffer.alloc(20)]]);
  });

  test.each(FUNCTIONS)('or a refusal of %s neither', async (name, _, run) => {
    const memory = watched(name);
    const gate = new Gate();
    const script = new Script();
    const context = serverOf(script);
    script.on('accept', { gate });
    const leg = acceptSecurityContext({ context });
    await callsAtGates(1);
    expect(codeOf(() => run(context, { message: [data('secret')] }))).toBe('ERR_SECUR32_BUSY');
    expect(memory).toEqual([[new Uint8Array(6)]]);
    gate.open();
    await leg;
  });

  test("the caller's own memory is the caller's in place", () => {
    const inner = Buffer.from('secret');
    const script = new Script().on('encrypt', { status: SEC_E_DECRYPT_FAILURE, output: ['SEC'] });
    const message = [{ type: SECBUFFER_DATA, data: inner }];
    expect(codeOf(() => encryptMessage(clientOf(script), { message, inPlace: true }))).toBe(
      'SEC_E_DECRYPT_FAILURE',
    );
    expect(inner.toString()).toBe('SECret');
  });

  test('the context goes on: whether it may, the package says', () => {
    const script = new Script().on('decrypt', { status: SEC_E_MESSAGE_ALTERED, output: [''] });
    const context = serverOf(script);
    const message = [
      { type: SECBUFFER_STREAM, data: Buffer.from('sealed!!') },
      { type: SECBUFFER_DATA },
    ];
    expect(codeOf(() => decryptMessage(context, { message }))).toBe('SEC_E_MESSAGE_ALTERED');
    expect(decryptMessage(context, { message }).status).toBe(0);
  });
});

describe.each(FUNCTIONS)('%s is refused', (_, call, run) => {
  const message = [data('x')];

  test('while a leg runs', async () => {
    const gate = new Gate();
    const script = new Script();
    const context = serverOf(script);
    script.on('accept', { gate });
    const leg = acceptSecurityContext({ context });
    await callsAtGates(1);
    expect(codeOf(() => run(context, { message }))).toBe('ERR_SECUR32_BUSY');
    gate.open();
    await leg;
    expect(journalOf(call)).toEqual([]);
  });

  test('after a leg that failed', async () => {
    const script = new Script();
    const context = serverOf(script);
    script.on('accept', { status: SEC_E_INVALID_TOKEN });
    await acceptSecurityContext({ context }).catch(() => undefined);
    expect(codeOf(() => run(context, { message }))).toBe('ERR_SECUR32_CONTEXT_FAILED');
  });

  test('after the end', () => {
    const context = clientOf(new Script());
    context.close();
    expect(codeOf(() => run(context, { message }))).toBe('ERR_SECUR32_CLOSED');
  });

  const BAD: readonly [string, unknown][] = [
    ['no options', undefined],
    ['no message', {}],
    ['no buffers', { message: [] }],
    ['no array', { message: data('x') }],
    ['a hole', { message: [, data('x')] }], // eslint-disable-line no-sparse-arrays
    ['no type', { message: [{ data: Buffer.alloc(1) }] }],
    ['a type that is none', { message: [{ type: 1.5 }] }],
    ['text for data', { message: [{ type: 1, data: 'x' }] }],
    ['data and size', { message: [{ type: 1, data: Buffer.alloc(1), size: 1 }] }],
    ['a size that is none', { message: [{ type: 1, size: -1 }] }],
    ['a size beyond all messages', { message: [{ type: 1, size: 0x80000000 }] }],
    [
      'shared memory in place',
      { message: [{ type: 1, data: new Uint8Array(new SharedArrayBuffer(4)) }], inPlace: true },
    ],
    ['a sequence number that is none', { message, sequenceNumber: 2 ** 32 }],
    ['inPlace that is neither', { message, inPlace: 1 }],
    ['a qop that is none', { message, qop: -1 }],
  ];

  test.each(BAD)('with %s', (_title, options) => {
    const context: ContextHandle = clientOf(new Script());
    expect(codeOf(() => run(context, options as never))).toBe('ERR_SECUR32_INVALID_ARGUMENT');
    expect(journalOf(call)).toEqual([]);
  });
});

test('shared memory is copied where it is not worked on in place', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(5));
  shared.set(Buffer.from('hello'));
  const { message } = encryptMessage(clientOf(new Script()), {
    message: [
      { type: SECBUFFER_TOKEN, size: 8 },
      { type: SECBUFFER_DATA, data: shared },
    ],
  });
  expect(message[1]?.data?.toString('latin1')).toBe(turned('hello'));
  expect(Buffer.from(shared).toString()).toBe('hello');
});
