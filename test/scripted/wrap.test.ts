/** Messages of the high level: wrap and unwrap, sign and verify. */

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { SECQOP_WRAP_NO_ENCRYPT } from '../../lib/constants/messages.js';
import { ASC_RET_INTEGRITY } from '../../lib/constants/asc-flags.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_CONTEXT_EXPIRED,
  SEC_E_INSUFFICIENT_MEMORY,
  SEC_E_OUT_OF_SEQUENCE,
} from '../../lib/constants/status.js';
import type { ServerContext, ServerContextOptions } from '../../lib/context/server-context.js';
import { codeOf, outcome } from '../instruments/support/outcomes.js';
import {
  endOfTest,
  getAcquainted,
  journalOf,
  Script,
  type ScriptedBuffer,
} from '../instruments/support/scripted.js';
import {
  closeOpened,
  establishedClient,
  establishedServer,
  serverContextOf,
} from '../instruments/support/scripted-contexts.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  closeOpened();
  await endOfTest();
});

const TRAILER = 16;
const SIGNATURE = 12;
const BLOCK = 4;
const SIZES = Buffer.from(Uint32Array.of(3000, SIGNATURE, BLOCK, TRAILER).buffer);
const HELLO = Buffer.from('hello');

function say(script: Script, sizes = SIZES): Script {
  return script.on('queryAttributes', { output: [sizes] });
}

const encrypting: ServerContextOptions = { protection: 'encrypt' };

/** An established server that can encrypt; the script has its sizes to say first. */
async function server(script: Script): Promise<ServerContext> {
  const context = await establishedServer(script, encrypting);
  say(script);
  return context;
}

describe('a client and a server', () => {
  test('read what the other one wrapped, in both directions', async () => {
    const scripts = [new Script(), new Script()] as const;
    const client = await establishedClient(scripts[0], { protection: 'encrypt' });
    const other = await establishedServer(scripts[1], encrypting);
    scripts.forEach((script) => say(script));
    const long = Buffer.alloc(100_000, 'long');
    for (const message of [HELLO, Buffer.alloc(0), long]) {
      expect(other.unwrap(client.wrap(message)).equals(message)).toBe(true);
      expect(client.unwrap(other.wrap(message)).equals(message)).toBe(true);
    }
    expect(HELLO.toString()).toBe('hello');
  });

  test('verify what the other one signed', async () => {
    const scripts = [new Script(), new Script()] as const;
    const client = await establishedClient(scripts[0], { protection: 'sign' });
    const other = await establishedServer(scripts[1], { protection: 'sign' });
    scripts.forEach((script) => say(script));
    const signature = client.sign(HELLO);
    expect(signature.toString()).toBe('signed!!');
    // They throw, or say nothing.
    other.verify(HELLO, signature);
    client.verify(HELLO, other.sign(HELLO));
    expect(journalOf('verifySignature').map(({ status }) => status)).toEqual([0, 0]);
  });
});

test('what is wrapped is the token, the data and the padding as long as they are then', async () => {
  const script = new Script();
  const context = await server(script);
  script.on('encrypt', { output: ['token', 'DATAS', 'pa'] });
  expect(context.wrap(HELLO).toString()).toBe('tokenDATASpa');
  expect(journalOf('encrypt')).toEqual([
    expect.objectContaining({
      qop: 0,
      sequence: 0,
      input: [
        { type: SECBUFFER_TOKEN, size: TRAILER, data: Buffer.alloc(TRAILER) },
        { type: SECBUFFER_DATA, size: 5, data: HELLO },
        { type: SECBUFFER_PADDING, size: BLOCK, data: Buffer.alloc(BLOCK) },
      ],
    }),
  ]);
});

test('the package is asked for its sizes once', async () => {
  const script = new Script();
  const context = await server(script);
  for (let message = 0; message < 3; message++) context.wrap(HELLO);
  const asked = journalOf('queryAttributes').filter(({ status }) => status === 0);
  expect(asked).toHaveLength(1);
});

test('what is signed is the data, in a buffer as long as the package wants', async () => {
  const script = new Script();
  const context = await server(script);
  context.sign(HELLO);
  expect(journalOf('makeSignature')).toEqual([
    expect.objectContaining({
      input: [
        { type: SECBUFFER_DATA, size: 5, data: HELLO },
        { type: SECBUFFER_TOKEN, size: SIGNATURE, data: Buffer.alloc(SIGNATURE) },
      ],
    }),
  ]);
});

describe('a message that was signed only', () => {
  test('is wrapped where that is wanted', async () => {
    const script = new Script();
    const context = await server(script);
    expect(context.wrap(HELLO, { encrypt: false }).toString()).toBe('plain!!!hello');
    expect(journalOf('encrypt')[0]?.qop).toBe(SECQOP_WRAP_NO_ENCRYPT);
  });

  test('is not taken unless that is wanted', async () => {
    const script = new Script();
    const context = await server(script);
    const message = Buffer.from('plain!!!hello');
    expect(codeOf(() => context.unwrap(message))).toBe('ERR_SECUR32_NOT_ENCRYPTED');
    expect(codeOf(() => context.unwrap(message, { allowUnencrypted: false }))).toBe(
      'ERR_SECUR32_NOT_ENCRYPTED',
    );
    expect(context.unwrap(message, { allowUnencrypted: true })).toEqual(HELLO);
  });

  test('may come to a context that cannot encrypt', async () => {
    const script = new Script();
    const context = await establishedServer(script, { protection: 'sign' });
    say(script);
    expect(context.wrap(HELLO, { encrypt: false }).toString()).toBe('plain!!!hello');
    expect(codeOf(() => context.wrap(HELLO))).toBe('ERR_SECUR32_REQUIREMENTS_NOT_MET');
    expect(codeOf(() => context.wrap(HELLO, {}))).toBe('ERR_SECUR32_REQUIREMENTS_NOT_MET');
    expect(journalOf('encrypt')).toHaveLength(1);
  });
});

describe('what somebody changed', () => {
  test('is not unwrapped', async () => {
    const context = await server(new Script());
    const { error } = outcome(() => context.unwrap(Buffer.from('sealed!?hello')));
    expect(error).toMatchObject({ code: 'SEC_E_MESSAGE_ALTERED', call: 'DecryptMessage' });
  });

  test('is not verified', async () => {
    const context = await establishedServer(new Script(), encrypting);
    const { error } = outcome(() => {
      context.verify(HELLO, Buffer.from('signed!?'));
    });
    expect(error).toMatchObject({ code: 'SEC_E_MESSAGE_ALTERED', call: 'VerifySignature' });
  });

  test('in its order is not unwrapped or verified either', async () => {
    const script = new Script();
    const context = await server(script);
    script
      .on('decrypt', { status: SEC_E_OUT_OF_SEQUENCE })
      .on('verifySignature', { status: SEC_E_OUT_OF_SEQUENCE });
    expect([
      codeOf(() => context.unwrap(Buffer.from('sealed!!'))),
      codeOf(() => {
        context.verify(HELLO, Buffer.from('signed!!'));
      }),
    ]).toEqual(['SEC_E_OUT_OF_SEQUENCE', 'SEC_E_OUT_OF_SEQUENCE']);
  });
});

describe('a package that does wrong', () => {
  const NOWHERE: ScriptedBuffer = { memory: 'null', size: 5 };
  const FOREIGN: ScriptedBuffer = { memory: 'foreign', data: 'other' };
  const TOO_MUCH: ScriptedBuffer = { size: 100_000 };
  const STAYS: ScriptedBuffer = { memory: 'untouched' };

  test.each([
    ['a token that is nowhere', [NOWHERE, STAYS, STAYS]],
    ['data that is nowhere', [STAYS, NOWHERE, STAYS]],
    ['padding of somebody else', [STAYS, STAYS, FOREIGN]],
    ['a token longer than its place', [TOO_MUCH, STAYS, STAYS]],
  ] as [string, ScriptedBuffer[]][])('does not wrap with %s', async (_, output) => {
    const script = new Script();
    const context = await server(script);
    script.on('encrypt', { output });
    const { error } = outcome(() => context.wrap(HELLO));
    expect(error).toMatchObject({ code: 'SEC_E_INTERNAL_ERROR', call: 'EncryptMessage' });
  });

  test.each([
    ['data of somebody else', [STAYS, FOREIGN]],
    ['data longer than the message', [STAYS, { memory: 'input', offset: 8, size: 6 }]],
    ['no data at all', [STAYS, { type: SECBUFFER_PADDING, memory: 'null' }]],
  ] as [string, ScriptedBuffer[]][])('does not unwrap %s', async (_, output) => {
    const script = new Script();
    const context = await server(script);
    script.on('decrypt', { output });
    const { error } = outcome(() => context.unwrap(Buffer.from('sealed!!hello')));
    expect(error).toMatchObject({ code: 'SEC_E_INTERNAL_ERROR', call: 'DecryptMessage' });
  });

  test.each([
    ['an empty one', { data: '' }],
    ['one that is nowhere', NOWHERE],
    ['one longer than its place', TOO_MUCH],
  ] as [string, ScriptedBuffer][])('does not sign with %s', async (_, signature) => {
    const script = new Script();
    const context = await server(script);
    script.on('makeSignature', { output: [STAYS, signature] });
    const { error } = outcome(() => context.sign(HELLO));
    expect(error).toMatchObject({ code: 'SEC_E_INTERNAL_ERROR', call: 'MakeSignature' });
  });

  test('gives data without bytes', async () => {
    const script = new Script();
    const context = await server(script);
    script.on('decrypt', { output: [STAYS, { memory: 'null' }] });
    expect(context.unwrap(Buffer.from('sealed!!hello'))).toEqual(Buffer.alloc(0));
  });

  test('says no sizes', async () => {
    const script = new Script();
    const context = await establishedServer(script, encrypting);
    expect(codeOf(() => context.wrap(HELLO))).toBe('SEC_E_UNSUPPORTED_FUNCTION');
    script.on('queryAttributes', { status: SEC_E_INSUFFICIENT_MEMORY });
    expect(codeOf(() => context.sign(HELLO))).toBe('SEC_E_INSUFFICIENT_MEMORY');
    // The next one may be luckier.
    say(script);
    expect(context.sign(HELLO).toString()).toBe('signed!!');
  });
});

test('of NTLM, which takes no streams, the token is cut off first', async () => {
  const script = new Script();
  const context = await server(script);
  // The sizes are asked for first, then which package did the logon.
  script.on('queryAttributes', {
    output: [
      Buffer.alloc(16),
      { type: 0, data: Buffer.alloc(64) },
      {
        type: 16,
        into: 1,
        memory: 'inside',
        block: 1,
        offset: 32,
        data: Buffer.from('NTLM', 'utf16le'),
      },
    ],
  });
  const sealed = Buffer.from('sealed!!hello').map((byte, index) =>
    index < 8 ? byte : byte ^ 0x5a,
  );
  const data = Buffer.concat([sealed.subarray(0, 8), Buffer.alloc(8), sealed.subarray(8)]);
  expect(context.unwrap(data)).toEqual(HELLO);
  expect(journalOf('decrypt')[0]?.input?.map(({ type, size }) => [type, size])).toEqual([
    [SECBUFFER_TOKEN, 16],
    [SECBUFFER_DATA, 5],
  ]);
  expect(codeOf(() => context.unwrap(data.subarray(0, 15)))).toBe('SEC_E_INVALID_TOKEN');
});

test('others get the whole message', async () => {
  const context = await server(new Script());
  context.unwrap(Buffer.from('sealed!!x'));
  expect(journalOf('decrypt')[0]?.input?.map(({ type, size }) => [type, size])).toEqual([
    [SECBUFFER_STREAM, 9],
    [SECBUFFER_DATA, 0],
  ]);
});

describe('a context', () => {
  test('that is not established has no messages', async () => {
    const context = await serverContextOf(new Script());
    const calls = [
      () => context.wrap(HELLO),
      () => context.unwrap(HELLO),
      () => context.sign(HELLO),
      () => {
        context.verify(HELLO, HELLO);
      },
    ];
    expect(calls.map(codeOf)).toEqual(calls.map(() => 'ERR_SECUR32_NOT_ESTABLISHED'));
    context.close();
    expect(calls.map(codeOf)).toEqual(calls.map(() => 'ERR_SECUR32_CLOSED'));
  });

  test('that was closed has none any more', async () => {
    const context = await server(new Script());
    context.wrap(HELLO);
    context.close();
    expect([codeOf(() => context.wrap(HELLO)), codeOf(() => context.unwrap(HELLO))]).toEqual([
      'ERR_SECUR32_CLOSED',
      'ERR_SECUR32_CLOSED',
    ]);
  });

  test('that got nothing for messages does not protect them', async () => {
    const script = new Script().on('accept', { attributes: 0 });
    const context = await establishedServer(script);
    expect([
      codeOf(() => context.wrap(HELLO)),
      codeOf(() => context.wrap(HELLO, { encrypt: false })),
      codeOf(() => context.sign(HELLO)),
    ]).toEqual(Array.from({ length: 3 }, () => 'ERR_SECUR32_REQUIREMENTS_NOT_MET'));
    expect(journalOf('encrypt')).toEqual([]);
  });

  test.each([
    ['sign', 0],
    ['encrypt', 0],
    ['encrypt', ASC_RET_INTEGRITY],
  ] as const)(
    'that was to %s and was granted 0x%p is not established',
    async (protection, attributes) => {
      const script = new Script().on('accept', { attributes });
      const context = await serverContextOf(script, { protection });
      await expect(context.step(Buffer.from('token'))).rejects.toMatchObject({
        code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
      });
    },
  );

  test('that expired says so', async () => {
    const script = new Script();
    const context = await server(script);
    script.on('encrypt', { status: SEC_E_CONTEXT_EXPIRED });
    const { error } = outcome(() => context.wrap(HELLO));
    expect(error).toMatchObject({
      code: 'SEC_E_CONTEXT_EXPIRED',
      status: SEC_E_CONTEXT_EXPIRED,
      call: 'EncryptMessage',
    });
  });

  test('takes bytes and options of the right type alone', async () => {
    const context = await establishedServer(new Script(), encrypting);
    const wrongs = [
      () => context.wrap('text' as never),
      () => context.unwrap(undefined as never),
      () => context.sign(null as never),
      () => {
        context.verify(HELLO, 'text' as never);
      },
      () => context.wrap(HELLO, { encrypt: 0 as never }),
      () => context.unwrap(HELLO, { allowUnencrypted: 'yes' as never }),
    ];
    expect(wrongs.map(codeOf)).toEqual(wrongs.map(() => 'ERR_SECUR32_INVALID_ARGUMENT'));
    expect(journalOf('encrypt')).toEqual([]);
  });
});
