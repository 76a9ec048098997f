import { fake, Gate, settle, type LegAnswer } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import {
  ASC_REQ_ALLOW_MISSING_BINDINGS,
  ASC_REQ_CONNECTION,
  ASC_REQ_EXTENDED_ERROR,
} from '../../lib/constants/asc-flags.js';
import { SECPKG_ATTR_SIZES } from '../../lib/constants/context-attributes.js';
import { ISC_REQ_CONNECTION, ISC_REQ_INTEGRITY } from '../../lib/constants/isc-flags.js';
import { SECURITY_NATIVE_DREP, SECURITY_NETWORK_DREP } from '../../lib/constants/messages.js';
import {
  SECBUFFER_ALERT,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_MISSING,
  SECBUFFER_READONLY,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_INCOMPLETE_MESSAGE,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_I_COMPLETE_NEEDED,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import { ascReqBits, iscReqBits } from '../../lib/raw/flags.js';
import { ContextHandle } from '../../lib/raw/handles.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  completeAuthTokenSync,
  initializeSecurityContext,
  initializeSecurityContextSync,
} from '../../lib/raw/handshake-calls.js';
import {
  argumentError,
  bytes,
  coded,
  rawContext,
  rawCredential,
  tokenBuffer,
} from '../instruments/support/fake-handles.js';

const DEFAULT_SIZE = 0xffffffff;
const STREAM = { traits: ProviderTrait.streamPackage };
const BINDINGS = { type: SECBUFFER_CHANNEL_BINDINGS, data: bytes('bindings') };
const CLOSED = coded('ERR_SECUR32_CLOSED');
const BUSY = coded('ERR_SECUR32_BUSY');

const failure = (error: unknown): unknown => error;

describe('what a leg passes on', () => {
  test('a client passes all of its options', async () => {
    const credential = rawCredential();
    fake.legAnswers.push({});
    await initializeSecurityContext({
      credential,
      targetName: 'HTTP/web.example.com',
      input: [tokenBuffer('in'), { type: SECBUFFER_EMPTY }],
      output: [{ type: SECBUFFER_TOKEN, size: 100 }, { type: SECBUFFER_ALERT }],
      contextReq: [ISC_REQ_CONNECTION, ISC_REQ_INTEGRITY],
      targetDataRep: SECURITY_NETWORK_DREP,
    });
    expect(fake.legs).toEqual([
      {
        call: 'initialize',
        sync: false,
        credential: 1,
        context: undefined,
        targetName: 'HTTP/web.example.com',
        contextReq: 0x10800,
        targetDataRep: SECURITY_NETWORK_DREP,
        input: [
          [SECBUFFER_TOKEN, 'in'],
          [SECBUFFER_EMPTY, undefined],
        ],
        output: [
          [SECBUFFER_TOKEN, 100],
          [SECBUFFER_ALERT, DEFAULT_SIZE],
        ],
      },
    ]);
  });

  test('by default it passes one token for output, no input, no flags and the native representation', async () => {
    const credential = rawCredential();
    fake.legAnswers.push({}, {});
    await initializeSecurityContext({ credential });
    acceptSecurityContextSync({ credential });
    const defaults = {
      credential: 1,
      context: undefined,
      targetName: undefined,
      contextReq: 0,
      targetDataRep: SECURITY_NATIVE_DREP,
      input: [],
      output: [[SECBUFFER_TOKEN, DEFAULT_SIZE]],
    };
    expect(fake.legs).toEqual([
      { ...defaults, call: 'initialize', sync: false },
      { ...defaults, call: 'accept', sync: true },
    ]);
  });

  test('a server has no target name', async () => {
    const options = { credential: rawCredential(), targetName: 'HTTP/web.example.com' };
    await expect(acceptSecurityContext(options)).rejects.toThrow(
      argumentError("^Unknown option 'targetName'$"),
    );
    expect(fake.legs).toEqual([]);
  });

  test('flags with the top bit and types with attribute bits arrive unsigned', async () => {
    const credential = rawCredential();
    fake.legAnswers.push({});
    await acceptSecurityContext({
      credential,
      contextReq: ascReqBits(0x80000000 | 1),
      input: [{ type: SECBUFFER_READONLY | SECBUFFER_TOKEN, data: bytes('in') }],
    });
    expect(fake.legs[0]).toMatchObject({ contextReq: 0x80000001, input: [[0x80000002, 'in']] });
  });

  test('a later leg passes its context, and a credential only if it is given one', async () => {
    const first = rawCredential();
    const second = rawCredential();
    const context = rawContext(first);
    fake.legs.length = 0;
    fake.legAnswers.push({}, {});
    await acceptSecurityContext({ context });
    await acceptSecurityContext({ context, credential: second });
    expect(fake.legs).toMatchObject([
      { context: 1, credential: undefined },
      { context: 1, credential: 2 },
    ]);
  });

  test('a context that is present but undefined makes a first leg', async () => {
    const credential = rawCredential();
    fake.legAnswers.push({});
    await acceptSecurityContext({ credential, context: undefined });
    expect(fake.legs).toMatchObject([{ context: undefined, credential: 1 }]);
  });

  test('a leg on an idle context is in the addon before the call returns', async () => {
    const context = rawContext();
    fake.legs.length = 0;
    fake.legAnswers.push({});
    const leg = acceptSecurityContext({ context });
    expect(fake.legs).toHaveLength(1);
    await leg;
  });
});

describe('a leg refuses', () => {
  test.each([
    ['no object', undefined, 'must be a plain object$'],
    ['null', null, 'must be a plain object$'],
    ['neither credential nor context', {}, 'the first leg requires a credential'],
  ])('%s', async (_, options, message) => {
    const wrong = argumentError(message);
    await expect(initializeSecurityContext(options as never)).rejects.toThrow(wrong);
    await expect(acceptSecurityContext(options as never)).rejects.toThrow(wrong);
    expect(() => initializeSecurityContextSync(options as never)).toThrow(wrong);
    expect(() => acceptSecurityContextSync(options as never)).toThrow(wrong);
    expect(fake.log).toEqual([]);
  });

  test.each([
    ['an empty target name', { targetName: '' }, 'targetName must not be empty'],
    ['a target name of null', { targetName: null }, 'targetName must be a string'],
    [
      'a target name with a zero character',
      { targetName: 'a\0b' },
      'must not contain null characters',
    ],
    ['a target name that is too long', { targetName: 'x'.repeat(32768) }, 'targetName is too long'],
    ['flags of more than 32 bits', { contextReq: iscReqBits(2 ** 32) }, 'contextReq: 4294967296'],
    ['flags of another type', { contextReq: 'CONNECTION' }, 'contextReq must be flags'],
    ['a representation of another type', { targetDataRep: '16' }, 'targetDataRep must be flags'],
    ['input that is no array', { input: tokenBuffer('in') }, 'input must be an array'],
    ['output that is no array', { output: {} }, 'output must be an array'],
    ['a limit of 0', { maxTokenBytes: 0 }, 'maxTokenBytes must be a positive integer'],
    ['a negative limit', { maxTokenBytes: -1 }, 'maxTokenBytes must be a positive integer'],
    ['a limit of NaN', { maxTokenBytes: NaN }, 'maxTokenBytes must be a positive integer'],
    [
      'a limit of another type',
      { maxTokenBytes: '10' },
      'maxTokenBytes must be a positive integer',
    ],
  ])('%s', async (_, options, message) => {
    const credential = rawCredential();
    fake.log.length = 0;
    const wrong = { credential, ...options } as never;
    await expect(initializeSecurityContext(wrong)).rejects.toThrow(argumentError(message));
    expect(() => initializeSecurityContextSync(wrong)).toThrow(argumentError(message));
    expect(fake.log).toEqual([]);
  });

  test('a token of more than 64 KiB, unless the package is a stream or the limit is another', async () => {
    const input = [{ type: SECBUFFER_TOKEN, data: new Uint8Array(64 * 1024 + 1) }];
    const credential = rawCredential();
    const stream = rawCredential(STREAM);
    const tooLarge = coded('ERR_SECUR32_TOKEN_TOO_LARGE');
    await expect(acceptSecurityContext({ credential, input })).rejects.toThrow(tooLarge);
    await expect(
      acceptSecurityContext({ credential: stream, input, maxTokenBytes: 100 }),
    ).rejects.toThrow(tooLarge);
    expect(fake.legs).toEqual([]);

    fake.legAnswers.push({}, {}, {});
    await acceptSecurityContext({ credential, input, maxTokenBytes: 64 * 1024 + 1 });
    await acceptSecurityContext({ credential, input, maxTokenBytes: Infinity });
    await acceptSecurityContext({ credential: stream, input });
    expect(fake.legs).toHaveLength(3);
  });
});

describe('the result of a leg', () => {
  const ANSWER: LegAnswer = {
    status: SEC_I_CONTINUE_NEEDED,
    output: ['out', undefined],
    left: [
      [SECBUFFER_TOKEN, 6],
      [SECBUFFER_EXTRA, 2],
    ],
    attr: 0x20000,
    expiry: 123n,
  };
  const OPTIONS = {
    input: [tokenBuffer('abcdef'), { type: SECBUFFER_EMPTY }],
    output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT }],
  };

  test.each([
    ['asynchronous', acceptSecurityContext],
    ['synchronous', acceptSecurityContextSync],
  ])('is what the package answered (%s)', async (_, accept) => {
    fake.legAnswers.push(ANSWER);
    const result = await accept({ credential: rawCredential(), ...OPTIONS });
    expect(result).toEqual({
      status: SEC_I_CONTINUE_NEEDED,
      statusName: 'SEC_I_CONTINUE_NEEDED',
      context: expect.any(ContextHandle),
      output: [{ type: SECBUFFER_TOKEN, data: bytes('out') }, { type: SECBUFFER_ALERT }],
      input: [
        { type: SECBUFFER_TOKEN, size: 6 },
        { type: SECBUFFER_EXTRA, size: 2, data: bytes('ef') },
      ],
      contextAttr: 0x20000,
      expiry: 123n,
    });
  });

  test('has the types of the output as the package left them', async () => {
    fake.legAnswers.push({ output: ['bye'], outputTypes: [SECBUFFER_ALERT] });
    const { output } = await acceptSecurityContext({ credential: rawCredential() });
    expect(output).toEqual([{ type: SECBUFFER_ALERT, data: bytes('bye') }]);
  });

  test('has the same context object on each leg', async () => {
    const credential = rawCredential();
    fake.legAnswers.push({ status: SEC_I_CONTINUE_NEEDED }, {}, {});
    const { context } = await acceptSecurityContext({ credential });
    if (context === undefined) throw new Error('no context');
    await expect(acceptSecurityContext({ context })).resolves.toMatchObject({ context });
    expect((await acceptSecurityContext({ context, credential })).context).toBe(context);
    expect(fake.open.context).toBe(1);
  });

  test('has another context for each first leg', async () => {
    const credential = rawCredential();
    fake.legAnswers.push({}, {});
    const [one, two] = await Promise.all([
      acceptSecurityContext({ credential }),
      acceptSecurityContext({ credential }),
    ]);
    expect(one.context).not.toBe(two.context);
    expect(fake.open.context).toBe(2);
  });

  test('has the end of the token as it was given, though the caller reuses its bytes meanwhile', async () => {
    const gate = new Gate();
    const data = bytes('abcdef');
    fake.legAnswers.push({
      ...ANSWER,
      until: gate.opened,
    });
    const leg = acceptSecurityContext({
      credential: rawCredential(),
      ...OPTIONS,
      input: [{ type: SECBUFFER_TOKEN, data }, { type: SECBUFFER_EMPTY }],
    });
    data.fill('x');
    gate.open();
    expect((await leg).input[1]?.data).toEqual(bytes('ef'));
  });
});

describe('a leg that fails', () => {
  test.each([
    ['InitializeSecurityContext', initializeSecurityContext],
    ['AcceptSecurityContext', acceptSecurityContext],
  ] as const)('rejects with the status of %s', async (call, leg) => {
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED });
    await expect(leg({ credential: rawCredential() })).rejects.toMatchObject({
      name: 'SspiError',
      code: 'SEC_E_LOGON_DENIED',
      status: SEC_E_LOGON_DENIED,
      call,
      token: undefined,
    });
  });

  test('throws from the synchronous form', () => {
    fake.legAnswers.push({ status: SEC_E_INVALID_TOKEN });
    const credential = rawCredential();
    expect(() => initializeSecurityContextSync({ credential })).toThrow(
      expect.objectContaining({ code: 'SEC_E_INVALID_TOKEN', call: 'InitializeSecurityContext' }),
    );
  });

  test('has the failure token and all output', async () => {
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED, output: [undefined, 'alert'] });
    const error = await acceptSecurityContext({
      credential: rawCredential(),
      input: [tokenBuffer('in')],
      output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT }],
    }).catch(failure);
    expect(error).toMatchObject({
      token: bytes('alert'),
      output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT, data: bytes('alert') }],
    });
  });

  test('leaves a context that takes no more legs and is closed once', async () => {
    const context = rawContext();
    fake.legAnswers.push({ status: SEC_E_INVALID_TOKEN });
    await expect(acceptSecurityContext({ context })).rejects.toThrow('SEC_E_INVALID_TOKEN');
    const failedBefore = coded('ERR_SECUR32_CONTEXT_FAILED');
    await expect(acceptSecurityContext({ context })).rejects.toThrow(failedBefore);
    expect(() => acceptSecurityContextSync({ context })).toThrow(failedBefore);
    context.close();
    context.close();
    expect(fake.open.context).toBe(0);
    expect(fake.log.filter((entry) => entry === 'close context 1')).toHaveLength(1);
  });
});

describe('SEC_E_INCOMPLETE_MESSAGE', () => {
  const INCOMPLETE: LegAnswer = {
    status: SEC_E_INCOMPLETE_MESSAGE,
    left: [
      [SECBUFFER_TOKEN, 2],
      [SECBUFFER_MISSING, 30],
    ],
  };
  const input = [tokenBuffer('ab'), { type: SECBUFFER_EMPTY }];

  test('is an outcome of a stream package; on the first leg there is no context yet', async () => {
    fake.legAnswers.push(INCOMPLETE);
    const result = await acceptSecurityContext({ credential: rawCredential(STREAM), input });
    expect(result).toMatchObject({
      status: SEC_E_INCOMPLETE_MESSAGE,
      statusName: 'SEC_E_INCOMPLETE_MESSAGE',
      context: undefined,
      input: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_MISSING, size: 30 }],
    });
  });

  test('leaves the context of a later leg as it was', async () => {
    const context = rawContext(rawCredential(STREAM));
    fake.legAnswers.push(INCOMPLETE, {});
    expect((await acceptSecurityContext({ context, input })).context).toBe(context);
    await expect(acceptSecurityContext({ context })).resolves.toMatchObject({ status: 0 });
  });

  test('is an error of every other package', async () => {
    fake.legAnswers.push(INCOMPLETE);
    await expect(
      acceptSecurityContext({ credential: rawCredential(), input }),
    ).rejects.toMatchObject({ code: 'SEC_E_INCOMPLETE_MESSAGE', call: 'AcceptSecurityContext' });
  });
});

describe('channel bindings that the package is known to ignore', () => {
  const ignoring = () => rawCredential({ traits: ProviderTrait.ignoresChannelBindings });
  const unsupported = coded('ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED');

  test('are refused before the addon sees them', async () => {
    const credential = ignoring();
    fake.log.length = 0;
    const options = { credential, input: [tokenBuffer('in'), BINDINGS] };
    await expect(initializeSecurityContext(options)).rejects.toThrow(unsupported);
    await expect(acceptSecurityContext(options)).rejects.toThrow(unsupported);
    expect(() => acceptSecurityContextSync(options)).toThrow(unsupported);
    expect(fake.log).toEqual([]);
  });

  test('are refused with an attribute bit in their type too', async () => {
    const input = [{ ...BINDINGS, type: SECBUFFER_READONLY | SECBUFFER_CHANNEL_BINDINGS }];
    await expect(acceptSecurityContext({ credential: ignoring(), input })).rejects.toThrow(
      unsupported,
    );
  });

  test('are refused on a later leg too', async () => {
    const context = rawContext(ignoring());
    await expect(acceptSecurityContext({ context, input: [BINDINGS] })).rejects.toThrow(
      unsupported,
    );
  });

  test('pass where a server allows missing ones', async () => {
    fake.legAnswers.push({});
    await acceptSecurityContext({
      credential: ignoring(),
      contextReq: [ASC_REQ_CONNECTION, ASC_REQ_ALLOW_MISSING_BINDINGS],
      input: [BINDINGS],
    });
    expect(fake.legs).toMatchObject([{ input: [[SECBUFFER_CHANNEL_BINDINGS, 'bindings']] }]);
  });

  test('do not pass because of other flags, or of a client with the bit of that flag', async () => {
    const credential = ignoring();
    const input = [BINDINGS];
    await expect(
      acceptSecurityContext({ credential, input, contextReq: [ASC_REQ_EXTENDED_ERROR] }),
    ).rejects.toThrow(unsupported);
    await expect(
      initializeSecurityContext({ credential, input, contextReq: iscReqBits(0x10000000) }),
    ).rejects.toThrow(unsupported);
  });

  test('pass where the package is not known to ignore them', async () => {
    fake.legAnswers.push({});
    await acceptSecurityContext({ credential: rawCredential(), input: [BINDINGS] });
    expect(fake.legs).toHaveLength(1);
  });
});

describe('legs on one context', () => {
  test('run one at a time, in the order of the calls', async () => {
    const context = rawContext();
    const gate = new Gate();
    fake.legs.length = 0;
    fake.legAnswers.push(
      { until: gate.opened, output: ['1'] },
      { output: ['2'] },
      { output: ['3'] },
    );
    const results = ['a', 'b', 'c'].map((text) =>
      acceptSecurityContext({ context, input: [tokenBuffer(text)] }),
    );
    await settle();
    expect(fake.legs).toHaveLength(1);
    gate.open();
    const tokens = (await Promise.all(results)).map(({ output }) => output[0]?.data?.toString());
    expect(tokens).toEqual(['1', '2', '3']);
    expect(fake.legs.map(({ input }) => input[0]?.[1])).toEqual(['a', 'b', 'c']);
  });

  test('wait for a token to be completed, too', async () => {
    const context = rawContext();
    const gate = new Gate();
    fake.log.length = 0;
    fake.completeAnswers.push({ until: gate.opened });
    fake.legAnswers.push({});
    const completing = completeAuthToken({ context, token: [tokenBuffer('a')] });
    const leg = acceptSecurityContext({ context });
    await settle();
    expect(fake.log).toEqual(['complete']);
    gate.open();
    await Promise.all([completing, leg]);
    expect(fake.log).toEqual(['complete', 'accept']);
  });

  test('do not wait for legs on other contexts', async () => {
    const credential = rawCredential();
    const [one, two] = [rawContext(credential), rawContext(credential)];
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened }, {});
    const waiting = acceptSecurityContext({ context: one });
    await expect(acceptSecurityContext({ context: two })).resolves.toMatchObject({ context: two });
    gate.open();
    await waiting;
  });

  test('keep the bytes that they were given, though the caller reuses them while they wait', async () => {
    const context = rawContext();
    const gate = new Gate();
    const data = bytes('first');
    fake.legs.length = 0;
    fake.legAnswers.push({ until: gate.opened }, {});
    const first = acceptSecurityContext({ context, input: [{ type: SECBUFFER_TOKEN, data }] });
    data.write('other');
    const second = acceptSecurityContext({ context, input: [{ type: SECBUFFER_TOKEN, data }] });
    data.fill(0);
    gate.open();
    await Promise.all([first, second]);
    expect(fake.legs.map(({ input }) => input[0]?.[1])).toEqual(['first', 'other']);
  });

  test('keep their flags and target, though the caller reuses its options while they wait', async () => {
    const context = rawContext();
    const gate = new Gate();
    fake.legs.length = 0;
    fake.legAnswers.push({ until: gate.opened }, {});
    const options = { context, contextReq: [ISC_REQ_CONNECTION], targetName: 'HTTP/a' };
    const first = initializeSecurityContext(options);
    const second = initializeSecurityContext(options);
    options.targetName = 'HTTP/b';
    options.contextReq.push(ISC_REQ_INTEGRITY);
    gate.open();
    await Promise.all([first, second]);
    expect(fake.legs[1]).toMatchObject({ contextReq: 0x800, targetName: 'HTTP/a' });
  });

  test('go on after wrong arguments of one of them', async () => {
    const context = rawContext();
    fake.legAnswers.push({}, {});
    const legs = await Promise.allSettled([
      acceptSecurityContext({ context }),
      acceptSecurityContext({ context, input: [{ type: NaN }] }),
      acceptSecurityContext({ context }),
    ]);
    expect(legs.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('that wait behind one that fails are told so', async () => {
    const context = rawContext();
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED });
    const [failed, waiting] = await Promise.all([
      acceptSecurityContext({ context }).catch(failure),
      acceptSecurityContext({ context }).catch(failure),
    ]);
    expect(failed).toEqual(expect.objectContaining({ code: 'SEC_E_LOGON_DENIED' }));
    expect(waiting).toEqual(coded('ERR_SECUR32_CONTEXT_FAILED'));
  });
});

describe('while a leg runs', () => {
  test('synchronous calls are refused, and the leg goes on', async () => {
    const context = rawContext();
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened });
    const leg = acceptSecurityContext({ context });
    expect(() => acceptSecurityContextSync({ context })).toThrow(BUSY);
    expect(() => completeAuthTokenSync({ context, token: [] })).toThrow(BUSY);
    expect(() => queryContextAttributes(context, SECPKG_ATTR_SIZES)).toThrow(BUSY);
    gate.open();
    await expect(leg).resolves.toMatchObject({ context });
  });

  test('closing its context rejects it, and those that wait, and deletes the context once', async () => {
    const context = rawContext();
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened, output: ['lost'] });
    const running = acceptSecurityContext({ context });
    const waiting = [acceptSecurityContext({ context }), completeAuthToken({ context, token: [] })];
    fake.log.length = 0;
    context.close();
    // What waits does not wait any longer.
    for (const call of waiting) await expect(call).rejects.toThrow(CLOSED);
    gate.open();
    await expect(running).rejects.toThrow(CLOSED);
    context.close();
    expect(fake.log).toEqual(['close context 1']);
  });

  test('closing its credential does not disturb it', async () => {
    const credential = rawCredential();
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened });
    const leg = acceptSecurityContext({ credential });
    credential.close();
    gate.open();
    await expect(leg).resolves.toMatchObject({ status: 0 });
  });
});

describe('each refusal of the addon is an error', () => {
  test.each([
    [Refusal.badArgument, 'ERR_SECUR32_INVALID_ARGUMENT'],
    [Refusal.notAHandle, 'ERR_SECUR32_INVALID_HANDLE'],
    [Refusal.closed, 'ERR_SECUR32_CLOSED'],
    [Refusal.busy, 'ERR_SECUR32_BUSY'],
    [Refusal.noMemory, 'ERR_SECUR32_OUT_OF_MEMORY'],
    [Refusal.failedBefore, 'ERR_SECUR32_CONTEXT_FAILED'],
    [Refusal.unsafeBuffers, 'ERR_SECUR32_BUFFERS_UNSUPPORTED'],
  ] as const)('refusal %i is %s', async (refusal, code) => {
    const credential = rawCredential();
    fake.legAnswers.push(refusal, refusal, refusal);
    await expect(acceptSecurityContext({ credential })).rejects.toThrow(coded(code));
    await expect(initializeSecurityContext({ credential })).rejects.toThrow(coded(code));
    expect(() => initializeSecurityContextSync({ credential })).toThrow(coded(code));
  });

  test('and the next leg on the context runs', async () => {
    const context = rawContext();
    fake.legAnswers.push(Refusal.noMemory, {});
    const [refused, next] = await Promise.allSettled([
      acceptSecurityContext({ context }),
      acceptSecurityContext({ context }),
    ]);
    expect(refused).toMatchObject({ reason: coded('ERR_SECUR32_OUT_OF_MEMORY') });
    expect(next).toMatchObject({ status: 'fulfilled' });
  });
});

describe('completeAuthToken', () => {
  test.each([
    ['asynchronous', completeAuthToken, false],
    ['synchronous', completeAuthTokenSync, true],
  ] as const)('gives the completed buffers (%s)', async (_, complete, sync) => {
    const context = rawContext(undefined, { status: SEC_I_COMPLETE_NEEDED, output: ['draft'] });
    fake.completeAnswers.push({ token: ['final', undefined] });
    const token = [tokenBuffer('draft'), { type: SECBUFFER_ALERT }];
    await expect(Promise.resolve(complete({ context, token }))).resolves.toEqual({
      status: 0,
      statusName: 'SEC_E_OK',
      token: [{ type: SECBUFFER_TOKEN, data: bytes('final') }, { type: SECBUFFER_ALERT }],
    });
    expect(fake.completions).toEqual([
      {
        sync,
        context: 1,
        token: [
          [SECBUFFER_TOKEN, 'draft'],
          [SECBUFFER_ALERT, undefined],
        ],
      },
    ]);
  });

  test('fails with an error that names it', async () => {
    const context = rawContext();
    fake.completeAnswers.push({ status: SEC_E_INVALID_TOKEN });
    await expect(completeAuthToken({ context, token: [] })).rejects.toMatchObject({
      code: 'SEC_E_INVALID_TOKEN',
      call: 'CompleteAuthToken',
    });
  });

  test('throws such an error from the synchronous form', () => {
    const context = rawContext();
    fake.completeAnswers.push({ status: SEC_E_INVALID_TOKEN });
    expect(() => completeAuthTokenSync({ context, token: [] })).toThrow(
      expect.objectContaining({ code: 'SEC_E_INVALID_TOKEN', call: 'CompleteAuthToken' }),
    );
  });

  test('takes a token of any size: it comes from this process', async () => {
    const context = rawContext();
    fake.completeAnswers.push({});
    const data = Buffer.alloc(100_000, 'x');
    const { token } = await completeAuthToken({
      context,
      token: [{ type: SECBUFFER_TOKEN, data }],
    });
    expect(token[0]?.data).toHaveLength(100_000);
  });

  test.each([
    ['no object', undefined, 'must be a plain object$'],
    ['null', null, 'must be a plain object$'],
  ])('refuses %s', async (_, options, message) => {
    await expect(completeAuthToken(options as never)).rejects.toThrow(argumentError(message));
    expect(() => completeAuthTokenSync(options as never)).toThrow(argumentError(message));
  });

  test('refuses a token that is no array of buffers', async () => {
    const wrong = { context: rawContext(), token: bytes('token') } as never;
    await expect(completeAuthToken(wrong)).rejects.toThrow(argumentError());
    expect(() => completeAuthTokenSync(wrong)).toThrow(argumentError());
  });

  test.each([
    [Refusal.noMemory, 'ERR_SECUR32_OUT_OF_MEMORY'],
    [Refusal.failedBefore, 'ERR_SECUR32_CONTEXT_FAILED'],
  ] as const)('gives refusal %i as %s', async (refusal, code) => {
    const context = rawContext();
    fake.completeAnswers.push(refusal, refusal);
    await expect(completeAuthToken({ context, token: [] })).rejects.toThrow(coded(code));
    expect(() => completeAuthTokenSync({ context, token: [] })).toThrow(coded(code));
  });

  test('keeps the bytes that it was given, though the caller reuses them while it waits', async () => {
    const context = rawContext();
    const gate = new Gate();
    const data = bytes('draft');
    fake.legAnswers.push({ until: gate.opened });
    fake.completeAnswers.push({});
    const leg = acceptSecurityContext({ context });
    const completing = completeAuthToken({ context, token: [{ type: SECBUFFER_TOKEN, data }] });
    data.fill('x');
    gate.open();
    await leg;
    await completing;
    expect(fake.completions[0]?.token).toEqual([[SECBUFFER_TOKEN, 'draft']]);
  });

  test('rejects where its context is closed meanwhile', async () => {
    const context = rawContext();
    const gate = new Gate();
    fake.completeAnswers.push({ until: gate.opened });
    const completing = completeAuthToken({ context, token: [tokenBuffer('a')] });
    context.close();
    gate.open();
    await expect(completing).rejects.toThrow(CLOSED);
  });

  test('checks its arguments before it waits', async () => {
    const context = rawContext();
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened });
    const leg = acceptSecurityContext({ context });
    await expect(completeAuthToken({ context, token: [{ type: NaN }] })).rejects.toThrow(
      argumentError(),
    );
    gate.open();
    await leg;
  });
});
