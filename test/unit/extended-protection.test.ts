import { fake, type LegAnswer } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import {
  ChannelBindings,
  secChannelBindings,
} from '../../lib/channel-bindings/channel-bindings.js';
import {
  SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS,
  SEC_CHANNEL_BINDINGS_RESULT_NOTVALID_MISMATCH,
} from '../../lib/constants/channel-bindings.js';
import { SECPKG_ATTR_CLIENT_SPECIFIED_TARGET } from '../../lib/constants/context-attributes.js';
import {
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_CHANNEL_BINDINGS_RESULT,
  SECBUFFER_EMPTY,
  SECBUFFER_READONLY,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_BAD_BINDINGS,
  SEC_E_LOGON_DENIED,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import type { ExtendedProtectionOptions } from '../../lib/context/extended-protection.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import { ServerContext, type ServerContextOptions } from '../../lib/context/server-context.js';
import {
  argumentError,
  bytes,
  coded,
  credentials,
  establishedServer,
} from '../instruments/support/fake-handles.js';

const CONTINUE: LegAnswer = { status: SEC_I_CONTINUE_NEEDED };
/** What every server asks for: CONNECTION, EXTENDED_ERROR. */
const ALWAYS = 0x8800;
const ALLOW_MISSING_BINDINGS = 0x10000000;
const PROXY_BINDINGS = 0x04000000;
/** The addon chooses the size. */
const ANY_SIZE = 0xffffffff;

const BINDINGS = ChannelBindings.fromBytes(bytes('tls-unique:finished'));
const STRUCTURE = secChannelBindings(BINDINGS).toString();
const TARGETS = ['HTTP/web.example.com', 'HTTP/web'];

async function server(options: ServerContextOptions, answer = {}): Promise<ServerContext> {
  return new ServerContext(await credentials(answer), options);
}

/** A handshake of two legs. */
async function handshake(options: ServerContextOptions): Promise<ServerContext> {
  const context = await server(options);
  fake.legAnswers.push(CONTINUE, {});
  await context.step(bytes('1'));
  await context.step(bytes('2'));
  return context;
}

describe('what Extended Protection adds to each leg', () => {
  test.each<[string, ExtendedProtectionOptions, number, boolean]>([
    ['nothing without options', {}, 0, false],
    ['nothing where there are no bindings', { channelBindings: null }, 0, false],
    ["nothing with 'never'", { extendedProtection: 'never' }, 0, false],
    [
      "nothing with 'never' and targets",
      { extendedProtection: 'never', channelBindings: null },
      0,
      false,
    ],
    ['the bindings', { channelBindings: BINDINGS }, 0, true],
    [
      "the bindings with 'always'",
      { channelBindings: BINDINGS, extendedProtection: 'always' },
      0,
      true,
    ],
    [
      "the bindings with 'whenSupported', and that they may be missing",
      { channelBindings: BINDINGS, extendedProtection: 'whenSupported' },
      ALLOW_MISSING_BINDINGS,
      true,
    ],
  ])('is %s', async (_, options, flag, sent) => {
    await handshake(options);
    const bindings = sent ? [[SECBUFFER_CHANNEL_BINDINGS, STRUCTURE]] : [];
    expect(fake.legs).toMatchObject(
      ['1', '2'].map((token) => ({
        contextReq: ALWAYS | flag,
        input: [[SECBUFFER_TOKEN, token], ...bindings],
        output: [[SECBUFFER_TOKEN, ANY_SIZE]],
      })),
    );
    expect(fake.queries).toEqual([]);
  });

  test("is with 'behindProxy' that a proxy has seen to the bindings", async () => {
    const context = await server({ extendedProtection: 'behindProxy', targetNames: TARGETS });
    fake.legAnswers.push(CONTINUE, {});
    fake.attributeAnswers.push([0, 'HTTP/web'], [0, 'EXAMPLE\\alice']);
    await context.step(bytes('1'));
    await expect(context.step(bytes('2'))).resolves.toMatchObject({ done: true });
    expect(fake.legs).toMatchObject(
      ['1', '2'].map((token) => ({
        contextReq: ALWAYS | PROXY_BINDINGS,
        input: [[SECBUFFER_TOKEN, token]],
      })),
    );
  });

  test('stands behind the empty buffer of a stream', async () => {
    const context = await server(
      { channelBindings: BINDINGS },
      { traits: ProviderTrait.streamPackage },
    );
    fake.legAnswers.push(CONTINUE);
    await context.step(bytes('1'));
    expect(fake.legs[0]?.input.map(([type]) => type)).toEqual([
      SECBUFFER_TOKEN,
      SECBUFFER_EMPTY,
      SECBUFFER_CHANNEL_BINDINGS,
    ]);
  });

  test('is refused where the package would ignore it', async () => {
    const context = await server(
      { channelBindings: BINDINGS },
      { traits: ProviderTrait.ignoresChannelBindings },
    );
    await expect(context.step(bytes('1'))).rejects.toThrow(
      coded('ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED'),
    );
    expect(fake.legs).toEqual([]);
  });

  test('and does not match fails the step', async () => {
    const context = await server({ channelBindings: BINDINGS });
    fake.legAnswers.push({ status: SEC_E_BAD_BINDINGS });
    await expect(context.step(bytes('1'))).rejects.toMatchObject({ code: 'SEC_E_BAD_BINDINGS' });
  });
});

describe('the options', () => {
  test.each<[string, object, RegExp]>([
    [
      'a level that is none',
      { extendedProtection: 'Always' },
      /^extendedProtection must be one of 'never', 'whenSupported', 'always', 'behindProxy', 'audit'$/,
    ],
    ['a level of null', { extendedProtection: null }, /^extendedProtection must be one of/],
    ['a level of true', { extendedProtection: true }, /^extendedProtection must be one of/],
    ['a lost level', { extendedProtection: undefined }, /^extendedProtection is undefined; omit/],
    ['lost bindings', { channelBindings: undefined }, /^channelBindings is undefined; omit it/],
    ['lost targets', { targetNames: undefined }, /^targetNames is undefined; omit it/],
    ['bindings that are bytes', { channelBindings: bytes('a') }, /^channelBindings must be a/],
    ['bindings that are false', { channelBindings: false }, /^channelBindings must be a/],
    [
      "'always' without bindings",
      { extendedProtection: 'always' },
      /^extendedProtection: 'always' requires channelBindings$/,
    ],
    [
      "'whenSupported' without bindings",
      { extendedProtection: 'whenSupported', channelBindings: null },
      /^extendedProtection: 'whenSupported' requires channelBindings$/,
    ],
    [
      "'audit' without bindings",
      { extendedProtection: 'audit' },
      /'audit' requires channelBindings$/,
    ],
    [
      "'never' with bindings",
      { extendedProtection: 'never', channelBindings: BINDINGS },
      /^extendedProtection: 'never' does not use channelBindings$/,
    ],
    [
      "'behindProxy' with bindings",
      { extendedProtection: 'behindProxy', channelBindings: BINDINGS, targetNames: TARGETS },
      /^extendedProtection: 'behindProxy' does not use channelBindings$/,
    ],
    [
      "'behindProxy' without targets",
      { extendedProtection: 'behindProxy' },
      /^extendedProtection: 'behindProxy' requires targetNames$/,
    ],
    ['targets of null', { targetNames: null }, /^targetNames must be an array of strings$/],
    ['no targets', { targetNames: [] }, /^targetNames must not be empty; omit it/],
    ['a target that is none', { targetNames: ['web'] }, /^targetNames\[0\] must be like HTTP/],
  ])('cannot be %s', async (_, options, message) => {
    const held = await credentials();
    expect(() => new ServerContext(held, options as ServerContextOptions)).toThrow(
      argumentError(message),
    );
    expect(fake.log).toEqual(['acquire']);
  });

  test('do not change what a context does after it was made', async () => {
    const targetNames = ['HTTP/web'];
    const context = await server({ targetNames });
    targetNames.push('HTTP/other');
    fake.legAnswers.push({});
    fake.attributeAnswers.push([0, 'HTTP/other']);
    await expect(context.step(bytes('1'))).rejects.toThrow(
      coded('ERR_SECUR32_REQUIREMENTS_NOT_MET'),
    );
  });
});

describe('target names', () => {
  test.each(['HTTP/web', 'http/WEB.example.com', 'HTTP/web@EXAMPLE.COM'])(
    'let a client in that asked for one of them: %p',
    async (target) => {
      const context = await server({ targetNames: TARGETS });
      fake.legAnswers.push({});
      fake.attributeAnswers.push([0, target]);
      await expect(context.step(bytes('1'))).resolves.toMatchObject({ done: true });
      expect(fake.queries).toEqual([[1, SECPKG_ATTR_CLIENT_SPECIFIED_TARGET]]);
    },
  );

  const ANOTHER = 'targetNames (the client asked for another service)';
  const NONE = 'targetNames (the client specified no target name)';

  test.each<[string, ExtendedProtectionOptions, string | undefined, string]>([
    ['another one', {}, 'HTTP/other', ANOTHER],
    ['one that begins like it', {}, 'HTTP/web2', ANOTHER],
    ['none', {}, undefined, NONE],
    ['an empty one', {}, '', NONE],
    ["none, with 'always'", { channelBindings: BINDINGS }, undefined, NONE],
    ["none, with 'behindProxy'", { extendedProtection: 'behindProxy' }, undefined, NONE],
    [
      "none, with 'audit'",
      { channelBindings: BINDINGS, extendedProtection: 'audit' },
      undefined,
      NONE,
    ],
    [
      "another one, with 'whenSupported'",
      { channelBindings: BINDINGS, extendedProtection: 'whenSupported' },
      'HTTP/other',
      ANOTHER,
    ],
  ])('refuse a client that asked for %s', async (_, options, target, missing) => {
    fake.channelBindingFlags = true;
    const context = await server({ ...options, targetNames: TARGETS });
    fake.legAnswers.push({ output: ['last'] });
    fake.attributeAnswers.push([0, target]);
    await expect(context.step(bytes('1'))).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
      message: `requirements not met: ${missing}; granted: none`,
    });
    expect([context.established, fake.open.context]).toEqual([false, 0]);
  });

  test.each([[undefined], ['']])(
    "let a client in that asked for none (%p) with 'whenSupported'",
    async (target) => {
      const context = await server({
        channelBindings: BINDINGS,
        extendedProtection: 'whenSupported',
        targetNames: TARGETS,
      });
      fake.legAnswers.push({});
      fake.attributeAnswers.push([0, target]);
      await expect(context.step(bytes('1'))).resolves.toMatchObject({ done: true });
    },
  );

  test('refuse everybody where the package does not say whom the client asked for', async () => {
    const context = await server({
      channelBindings: BINDINGS,
      extendedProtection: 'whenSupported',
      targetNames: TARGETS,
    });
    fake.legAnswers.push({});
    fake.attributeAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
    await expect(context.step(bytes('1'))).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
      message: expect.stringContaining('SEC_E_UNSUPPORTED_FUNCTION'),
    });
    expect(fake.open.context).toBe(0);
  });

  test('fail the step where it cannot be asked', async () => {
    const context = await server({ targetNames: TARGETS });
    fake.legAnswers.push({});
    fake.attributeAnswers.push(Refusal.noMemory);
    await expect(context.step(bytes('1'))).rejects.toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
    expect(fake.open.context).toBe(0);
  });

  test('are all that is missing, beside what else is', async () => {
    const context = await server({ targetNames: TARGETS, protection: 'sign' });
    fake.legAnswers.push({ attr: 0x100000 });
    fake.attributeAnswers.push([0, 'HTTP/other']);
    await expect(context.step(bytes('1'))).rejects.toMatchObject({
      message: expect.stringContaining(
        `not met: protection: 'sign', a client that is not anonymous, ${ANOTHER};`,
      ),
    });
  });
});

describe("'audit'", () => {
  const AUDIT: ServerContextOptions = { channelBindings: BINDINGS, extendedProtection: 'audit' };

  async function auditing(): Promise<ServerContext> {
    fake.channelBindingFlags = true;
    return server(AUDIT);
  }

  /** What a package writes behind its token. */
  const result = (bits: number): string => {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(bits);
    return word.toString();
  };

  test('sends bindings with the flag, and asks for the result on each leg', async () => {
    const context = await auditing();
    fake.legAnswers.push(CONTINUE, {});
    await context.step(bytes('1'));
    await context.step(bytes('2'));
    const { applicationData } = BINDINGS;
    const { length } = applicationData;
    const flag = SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS;
    const header = [0x58454243, flag, 48, 48 + length, 0, 0, 48, 0, 0, 48, length, 48];
    const flagged = `${Buffer.from(Uint32Array.from(header).buffer).toString()}${applicationData.toString()}`;
    expect(fake.legs).toMatchObject(
      ['1', '2'].map((token) => ({
        contextReq: ALWAYS,
        input: [
          [SECBUFFER_TOKEN, token],
          [SECBUFFER_CHANNEL_BINDINGS, flagged],
        ],
        output: [
          [SECBUFFER_TOKEN, ANY_SIZE],
          [SECBUFFER_CHANNEL_BINDINGS_RESULT, 4],
        ],
      })),
    );
  });

  test('leaves the bindings themselves as they were', async () => {
    await auditing();
    expect(secChannelBindings(BINDINGS).toString()).toBe(STRUCTURE);
  });

  test('gives what came out, from the last leg that said something', async () => {
    const context = await auditing();
    expect(context.channelBindingsResult).toBeUndefined();
    const bits = SEC_CHANNEL_BINDINGS_RESULT_NOTVALID_MISMATCH | 1;
    fake.legAnswers.push({ ...CONTINUE, output: ['a', result(2)] }, CONTINUE, {
      output: ['b', result(bits)],
    });
    await expect(context.step(bytes('1'))).resolves.toMatchObject({ token: bytes('a') });
    expect(context.channelBindingsResult).toBe(2);
    await context.step(bytes('2'));
    expect(context.channelBindingsResult).toBe(2);
    await expect(context.step(bytes('3'))).resolves.toMatchObject({
      token: bytes('b'),
      done: true,
    });
    expect(context.channelBindingsResult).toBe(bits);
    context.close();
    expect(context.channelBindingsResult).toBe(bits);
  });

  test('finds the result by its type without attribute bits', async () => {
    const context = await auditing();
    const type = SECBUFFER_CHANNEL_BINDINGS_RESULT | SECBUFFER_READONLY;
    fake.legAnswers.push({ outputTypes: [SECBUFFER_TOKEN, type >>> 0], output: ['', result(16)] });
    await context.step(bytes('1'));
    expect(context.channelBindingsResult).toBe(16);
  });

  test.each([
    ['nothing', undefined],
    ['no bytes', ''],
    ['half a word', 'ab'],
    ['more than a word', 'abcde'],
  ])('gives no result where the package wrote %s', async (_, written) => {
    const context = await auditing();
    fake.legAnswers.push({ output: ['token', written] });
    await context.step(bytes('1'));
    expect(context.channelBindingsResult).toBeUndefined();
  });

  test('is not taken for a token where there is none', async () => {
    const context = await auditing();
    fake.legAnswers.push({ output: [undefined, result(16)] });
    await expect(context.step(bytes('1'))).resolves.toMatchObject({ token: undefined, done: true });
  });

  test('is not taken for a token of a failure either', async () => {
    const context = await auditing();
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED, output: ['', result(16)] });
    await expect(context.step(bytes('1'))).rejects.toMatchObject({
      code: 'SEC_E_LOGON_DENIED',
      token: undefined,
    });
  });

  test('is refused where the system does not have it', async () => {
    const held = await credentials();
    expect(() => new ServerContext(held, AUDIT)).toThrow(
      expect.objectContaining({
        code: 'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
        message: "this system does not support extendedProtection: 'audit'",
      }),
    );
  });
});

test('there is no result of bindings where there is no audit', async () => {
  const context = await establishedServer({}, { channelBindings: BINDINGS });
  expect(context.channelBindingsResult).toBeUndefined();
});
