import { fake, Gate, type LegAnswer } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import {
  ChannelBindings,
  secChannelBindings,
} from '../../lib/channel-bindings/channel-bindings.js';
import { ClientContext, type ClientContextOptions } from '../../lib/context/client-context.js';
import {
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_EMPTY,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { SEC_E_INCOMPLETE_MESSAGE, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import { argumentError, bytes, coded, credentials } from '../instruments/support/fake-handles.js';

const CONTINUE: LegAnswer = { status: SEC_I_CONTINUE_NEEDED };
const CONNECTION = 0x800;
const DELEGATE = 1;
const MUTUAL_AUTH = 2;
const SIGN = 4 | 8 | 0x10000;
const ENCRYPT = SIGN | 0x10;

async function client(options: ClientContextOptions = {}, answer = {}): Promise<ClientContext> {
  return new ClientContext(await credentials(answer), options);
}

describe('the target name', () => {
  test.each([['Negotiate'], ['NEGOTIATE'], ['Kerberos'], ['kerberos'], ['CREDSSP'], ['TSSSP']])(
    'is required for %s',
    async (packageName) => {
      const held = await credentials({}, { package: packageName });
      const missing = argumentError(`${packageName} requires the server's targetName`);
      expect(() => new ClientContext(held)).toThrow(missing);
      expect(() => new ClientContext(held, {})).toThrow(missing);
    },
  );

  test('is not required for NTLM', async () => {
    const context = await client();
    fake.legAnswers.push(CONTINUE);
    await context.step();
    expect(fake.legs).toMatchObject([{ call: 'initialize', targetName: undefined }]);
  });

  test.each([[''], [null], [5], ['a\0b']])('cannot be %p', async (targetName) => {
    const held = await credentials({}, { package: 'Negotiate' });
    const options = { targetName } as ClientContextOptions;
    expect(() => new ClientContext(held, options)).toThrow(argumentError(/^targetName must /));
  });

  test('is the same on each leg', async () => {
    const context = await client({ targetName: 'HTTP/web.example.com' });
    fake.legAnswers.push(CONTINUE, {});
    await context.step();
    await context.step(bytes('1'));
    expect(fake.legs.map(({ targetName }) => targetName)).toEqual([
      'HTTP/web.example.com',
      'HTTP/web.example.com',
    ]);
  });
});

describe('the steps of a client', () => {
  test('begin without a token and without an input buffer', async () => {
    const context = await client();
    fake.legAnswers.push({ ...CONTINUE, output: ['hello'] });
    await expect(context.step()).resolves.toMatchObject({ token: bytes('hello'), done: false });
    expect(fake.legs).toMatchObject([{ call: 'initialize', sync: false, input: [] }]);
  });

  test('begin without an input buffer for a stream too', async () => {
    const context = await client({}, { traits: ProviderTrait.streamPackage });
    fake.legAnswers.push(CONTINUE, CONTINUE);
    await context.step();
    await context.step(bytes('1'));
    expect(fake.legs.map(({ input }) => input)).toEqual([
      [],
      [
        [SECBUFFER_TOKEN, '1'],
        [SECBUFFER_EMPTY, undefined],
      ],
    ]);
  });

  test('may begin with a token, where the protocol lets the server speak first', async () => {
    const context = await client();
    fake.legAnswers.push(CONTINUE);
    await context.step(bytes('server first'));
    expect(fake.legs).toMatchObject([{ input: [[SECBUFFER_TOKEN, 'server first']] }]);
  });

  test('need a token later on, and a step without one leaves the context as it was', async () => {
    const context = await client();
    const missing = argumentError("the server's token is missing");
    fake.legAnswers.push(CONTINUE, {});
    await context.step();
    await expect(context.step()).rejects.toThrow(missing);
    await expect(context.step(undefined)).rejects.toThrow(missing);
    await expect(context.step(bytes('1'))).resolves.toMatchObject({ done: true });
    expect(fake.legs).toHaveLength(2);
  });

  test('may begin again after a first one with a detached token (K13)', async () => {
    const context = await client();
    const token = new Uint8Array(4);
    structuredClone(token, { transfer: [token.buffer] });
    await expect(context.step(token)).rejects.toThrow(
      argumentError('the buffer of the token is detached: it was transferred to another thread'),
    );
    fake.legAnswers.push(CONTINUE);
    await expect(context.step()).resolves.toMatchObject({ done: false });
  });

  test('copy a token without asking it for its elements (K13)', async () => {
    const context = await client();
    const token = bytes('token');
    token[Symbol.iterator] = () => Array(100_000).fill(1)[Symbol.iterator]() as never;
    fake.legAnswers.push(CONTINUE);
    await context.step(token);
    expect(fake.legs).toMatchObject([{ input: [[SECBUFFER_TOKEN, 'token']] }]);
  });

  test('need a token later on, where the first step still runs', async () => {
    const context = await client();
    const gate = new Gate();
    fake.legAnswers.push({ ...CONTINUE, until: gate.opened });
    const first = context.step();
    await expect(context.step()).rejects.toThrow(argumentError("the server's token is missing"));
    gate.open();
    await expect(first).resolves.toMatchObject({ done: false });
  });

  test.each([['token'], [null], [1], [[1, 2]], [new ArrayBuffer(2)], [{}]])(
    'refuse %p as a token, and the context goes on',
    async (token) => {
      const context = await client();
      await expect(context.step(token as Uint8Array)).rejects.toThrow(
        argumentError(/^the token must be a Uint8Array or Buffer, not /),
      );
      fake.legAnswers.push(CONTINUE);
      await expect(context.step()).resolves.toMatchObject({ done: false });
    },
  );

  test('give the token of the last leg, which must still be sent', async () => {
    const context = await client();
    fake.legAnswers.push(CONTINUE, { output: ['authenticate'] });
    await context.step();
    await expect(context.step(bytes('challenge'))).resolves.toEqual({
      token: bytes('authenticate'),
      done: true,
      statusName: 'SEC_E_OK',
    });
    expect(context.established).toBe(true);
  });

  test('name InitializeSecurityContext where they fail', async () => {
    const context = await client();
    fake.legAnswers.push({ status: 0x80090303 });
    await expect(context.step()).rejects.toMatchObject({
      code: 'SEC_E_TARGET_UNKNOWN',
      call: 'InitializeSecurityContext',
    });
  });

  test('keep the bytes of the server that are no whole message', async () => {
    const context = await client({}, { traits: ProviderTrait.streamPackage });
    fake.legAnswers.push(CONTINUE, { status: SEC_E_INCOMPLETE_MESSAGE }, {});
    await context.step();
    await context.step(bytes('a'));
    await context.step(bytes('b'));
    expect(fake.legs.map(({ input }) => input[0]?.[1])).toEqual([undefined, 'a', 'ab']);
  });
});

describe('what a client asks for', () => {
  test.each<[ClientContextOptions, number]>([
    [{}, CONNECTION],
    [{ protection: 'none' }, CONNECTION],
    [{ protection: 'sign' }, CONNECTION | SIGN],
    [{ protection: 'encrypt' }, CONNECTION | ENCRYPT],
    [{ mutualAuth: true }, CONNECTION | MUTUAL_AUTH],
    [{ mutualAuth: false }, CONNECTION],
    [{ mutualAuth: true, protection: 'encrypt' }, CONNECTION | ENCRYPT | MUTUAL_AUTH],
    [{ delegate: true }, CONNECTION | MUTUAL_AUTH | DELEGATE],
    [{ delegate: true, mutualAuth: false }, CONNECTION | MUTUAL_AUTH | DELEGATE],
    [{ delegate: false }, CONNECTION],
    [{ require: [] }, CONNECTION],
    [{ require: ['confidentiality'] }, CONNECTION | 0x10],
    [{ require: ['integrity'] }, CONNECTION | 0x10000],
    [{ require: ['replayDetect'] }, CONNECTION | 4],
    [{ require: ['sequenceDetect'] }, CONNECTION | 8],
    [{ require: ['mutualAuth'] }, CONNECTION | MUTUAL_AUTH],
    [{ require: ['delegate'] }, CONNECTION | DELEGATE],
    [{ require: ['identify'] }, CONNECTION | 0x20000],
    [{ require: ['identify', 'integrity'], protection: 'sign' }, CONNECTION | SIGN | 0x20000],
  ])('with %j is in its own flags, on each leg', async (options, contextReq) => {
    const context = await client(options);
    fake.legAnswers.push(CONTINUE, { attr: contextReq });
    await context.step();
    await context.step(bytes('1'));
    expect(fake.legs.map((leg) => leg.contextReq)).toEqual([contextReq, contextReq]);
  });

  test.each([['true'], [1], [null]])('cannot be mutualAuth: %p', async (mutualAuth) => {
    const held = await credentials();
    const options = { mutualAuth } as unknown as ClientContextOptions;
    expect(() => new ClientContext(held, options)).toThrow(
      argumentError('mutualAuth must be true or false'),
    );
  });

  test.each([['true'], [1], [null]])('cannot be delegate: %p', async (delegate) => {
    const held = await credentials();
    const options = { delegate } as unknown as ClientContextOptions;
    expect(() => new ClientContext(held, options)).toThrow(
      argumentError('delegate must be true or false'),
    );
  });

  test.each([
    'mutualAuth',
    'delegate',
    'channelBindings',
    'protection',
    'require',
    'targetName',
    'maxTokenBytes',
  ])('cannot be %s without a value', async (name) => {
    const held = await credentials();
    expect(() => new ClientContext(held, { [name]: undefined })).toThrow(
      argumentError(`^${name} is undefined; omit it to use the default$`),
    );
  });

  test.each([null, [], 'options', 5, true].map((options) => [options]))(
    'is a plain object or left out: %j',
    async (options) => {
      const held = await credentials();
      const make = () => new ClientContext(held, options as ClientContextOptions);
      expect(make).toThrow(argumentError('the options of a ClientContext must be a plain object'));
    },
  );
});

describe('the channel bindings of a client', () => {
  const bindings = ChannelBindings.fromBytes(bytes('tls-unique:finished'));
  const STRUCTURE = secChannelBindings(bindings).toString();

  test('follow the token on each leg, and go on the first one alone', async () => {
    const context = await client({ channelBindings: bindings });
    fake.legAnswers.push(CONTINUE, CONTINUE, {});
    await context.step();
    await context.step(bytes('1'));
    await context.step(bytes('2'));
    expect(fake.legs.map(({ input }) => input)).toEqual([
      [[SECBUFFER_CHANNEL_BINDINGS, STRUCTURE]],
      [
        [SECBUFFER_TOKEN, '1'],
        [SECBUFFER_CHANNEL_BINDINGS, STRUCTURE],
      ],
      [
        [SECBUFFER_TOKEN, '2'],
        [SECBUFFER_CHANNEL_BINDINGS, STRUCTURE],
      ],
    ]);
  });

  test.each<[string, ClientContextOptions]>([
    ['null', { channelBindings: null }],
    ['left out', {}],
  ])('are no buffer where they are %s', async (_, options) => {
    const context = await client(options);
    fake.legAnswers.push(CONTINUE, {});
    await context.step();
    await context.step(bytes('1'));
    expect(fake.legs.map(({ input }) => input)).toEqual([[], [[SECBUFFER_TOKEN, '1']]]);
  });

  test.each([[bytes('a')], ['a'], [false], [0], [{}]])('cannot be %p', async (channelBindings) => {
    const held = await credentials();
    const options = { channelBindings } as unknown as ClientContextOptions;
    expect(() => new ClientContext(held, options)).toThrow(
      argumentError('channelBindings must be a ChannelBindings object of this package'),
    );
  });

  test('are refused where the package would ignore them', async () => {
    const context = await client(
      { channelBindings: bindings },
      { traits: ProviderTrait.ignoresChannelBindings },
    );
    await expect(context.step()).rejects.toThrow(coded('ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED'));
    expect(fake.legs).toEqual([]);
  });
});

describe('a client that is granted less than it requires', () => {
  test.each<[string, ClientContextOptions, number, string]>([
    [
      'mutualAuth: true',
      { mutualAuth: true },
      0x10010,
      'ISC_RET_CONFIDENTIALITY, ISC_RET_INTEGRITY',
    ],
    [
      "protection: 'sign'",
      { protection: 'sign' },
      0x12,
      'ISC_RET_MUTUAL_AUTH, ISC_RET_CONFIDENTIALITY',
    ],
    ["protection: 'encrypt'", { protection: 'encrypt' }, 0x10000, 'ISC_RET_INTEGRITY'],
    // The server's INTEGRITY is the client's IDENTIFY.
    ["protection: 'sign'", { protection: 'sign' }, 0x20000, 'ISC_RET_IDENTIFY'],
    // A message could be repeated, left out or moved.
    [
      "protection: 'sign' (replayDetect, sequenceDetect)",
      { protection: 'sign' },
      0x10000,
      'ISC_RET_INTEGRITY',
    ],
    [
      "protection: 'encrypt' (replayDetect)",
      { protection: 'encrypt' },
      0x10018,
      'ISC_RET_SEQUENCE_DETECT, ISC_RET_CONFIDENTIALITY, ISC_RET_INTEGRITY',
    ],
    [
      "protection: 'encrypt' (sequenceDetect)",
      { protection: 'encrypt' },
      0x10014,
      'ISC_RET_REPLAY_DETECT, ISC_RET_CONFIDENTIALITY, ISC_RET_INTEGRITY',
    ],
    ['delegate: true', { delegate: true }, MUTUAL_AUTH, 'ISC_RET_MUTUAL_AUTH'],
    // Delegation to a server that did not prove who it is.
    ['mutualAuth: true', { delegate: true }, DELEGATE, 'ISC_RET_DELEGATE'],
    ['mutualAuth: true, delegate: true', { delegate: true }, 0, 'none'],
    ['identify', { require: ['identify'] }, 0x10000, 'ISC_RET_INTEGRITY'],
    [
      'replayDetect, sequenceDetect',
      { require: ['replayDetect', 'integrity', 'sequenceDetect'] },
      0x10000,
      'ISC_RET_INTEGRITY',
    ],
    [
      "protection: 'encrypt', mutualAuth: true",
      { protection: 'encrypt', mutualAuth: true },
      0,
      'none',
    ],
  ])('without %s fails, and its context is deleted', async (missing, options, attr, granted) => {
    const context = await client(options);
    fake.legAnswers.push(CONTINUE, { attr, output: ['last'] });
    await context.step();
    await expect(context.step(bytes('1'))).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
      message: `requirements not met: ${missing}; granted: ${granted}`,
    });
    expect([context.established, fake.open.context]).toEqual([false, 0]);
    expect(() => context.attributes).toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
    await expect(context.step(bytes('2'))).rejects.toThrow(coded('ERR_SECUR32_CONTEXT_FAILED'));
    context.close();
    expect(fake.log.filter((entry) => entry === 'close context 1')).toHaveLength(1);
  });

  test('in the middle of the handshake goes on: only the last leg counts', async () => {
    const context = await client({ mutualAuth: true, protection: 'encrypt' });
    fake.legAnswers.push({ ...CONTINUE, attr: 0 }, { attr: CONNECTION | ENCRYPT | MUTUAL_AUTH });
    await context.step();
    await expect(context.step(bytes('1'))).resolves.toMatchObject({ done: true });
  });

  test.each<[ClientContextOptions, number]>([
    [{}, 0],
    [{ mutualAuth: false }, 0],
    [{ protection: 'sign' }, 0x1000c],
    [{ protection: 'encrypt' }, 0x1001c],
    [{ mutualAuth: true }, 2],
    [{ delegate: true }, 3],
    [{ require: ['identify', 'sequenceDetect'] }, 0x20008],
    // Anonymity is the server's business.
    [{}, 0x40000],
  ])('or not: %j is content with the bits %i', async (options, attr) => {
    const context = await client(options);
    fake.legAnswers.push({ attr });
    await expect(context.step()).resolves.toMatchObject({ done: true });
    expect(context.attributes.bits).toBe(attr);
  });
});
