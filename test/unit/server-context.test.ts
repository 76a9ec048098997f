import { fake, type LegAnswer } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { ChannelBindings } from '../../lib/channel-bindings/channel-bindings.js';
import { SECPKG_ATTR_FLAGS } from '../../lib/constants/context-attributes.js';
import { SEC_E_UNSUPPORTED_FUNCTION, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import { SECBUFFER_CHANNEL_BINDINGS } from '../../lib/constants/sec-buffers.js';
import { ServerContext, type ServerContextOptions } from '../../lib/context/server-context.js';
import { argumentError, bytes, coded, credentials } from '../instruments/support/fake-handles.js';
import { queueClient } from '../instruments/support/fake-tokens.js';

const CONTINUE: LegAnswer = { status: SEC_I_CONTINUE_NEEDED };
const ALWAYS = 0x800 | 0x8000;
const SIGN = 4 | 8 | 0x20000;
const ENCRYPT = SIGN | 0x10;
const NULL_SESSION = 0x100000;

async function server(options: ServerContextOptions = {}, answer = {}): Promise<ServerContext> {
  return new ServerContext(await credentials(answer), options);
}

describe('the steps of a server', () => {
  test('call AcceptSecurityContext without a target', async () => {
    const context = await server();
    fake.legAnswers.push(CONTINUE);
    await context.step(bytes('hello'));
    expect(fake.legs).toMatchObject([{ call: 'accept', sync: false, targetName: undefined }]);
  });

  test('name AcceptSecurityContext where they fail', async () => {
    const context = await server();
    fake.legAnswers.push({ status: 0x8009030c });
    await expect(context.step(bytes('1'))).rejects.toMatchObject({
      code: 'SEC_E_LOGON_DENIED',
      call: 'AcceptSecurityContext',
    });
  });

  test.each([[undefined], ['token'], [null], [1], [new ArrayBuffer(2)], [{}]])(
    'refuse %p as a token, and the context goes on',
    async (token) => {
      const context = await server();
      await expect(context.step(token as Uint8Array)).rejects.toThrow(
        argumentError(/^the token must be a Uint8Array or Buffer, not /),
      );
      expect(fake.legs).toEqual([]);
      fake.legAnswers.push(CONTINUE);
      await expect(context.step(bytes('1'))).resolves.toMatchObject({ done: false });
    },
  );

  test('take a Uint8Array that is no Buffer, and an empty one', async () => {
    const context = await server();
    fake.legAnswers.push(CONTINUE, {});
    await context.step(new Uint8Array(0));
    await context.step(Uint8Array.of(49));
    expect(fake.legs.map(({ input }) => input[0]?.[1])).toEqual(['', '1']);
  });
});

describe('what a server asks for', () => {
  test.each<[ServerContextOptions, number]>([
    [{}, ALWAYS],
    [{ protection: 'none' }, ALWAYS],
    [{ protection: 'sign' }, ALWAYS | SIGN],
    [{ protection: 'encrypt' }, ALWAYS | ENCRYPT],
    [{ require: [] }, ALWAYS],
    [{ require: ['confidentiality'] }, ALWAYS | 0x10],
    [{ require: ['integrity'] }, ALWAYS | 0x20000],
    [{ require: ['replayDetect'] }, ALWAYS | 4],
    [{ require: ['sequenceDetect'] }, ALWAYS | 8],
    [{ require: ['mutualAuth'] }, ALWAYS | 2],
    [{ require: ['delegate'] }, ALWAYS | 1],
    [{ require: ['identify'] }, ALWAYS | 0x80000],
  ])('with %j is in its own flags, on each leg', async (options, contextReq) => {
    const context = await server(options);
    fake.legAnswers.push(CONTINUE, { attr: ENCRYPT | 0x80003 });
    await context.step(bytes('1'));
    await context.step(bytes('2'));
    expect(fake.legs.map((leg) => leg.contextReq)).toEqual([contextReq, contextReq]);
  });
});

describe('a server that is granted less than it requires', () => {
  test.each<[string, ServerContextOptions, number, string]>([
    ["protection: 'sign'", { protection: 'sign' }, 0x10, 'ASC_RET_CONFIDENTIALITY'],
    ["protection: 'encrypt'", { protection: 'encrypt' }, 0x20000, 'ASC_RET_INTEGRITY'],
    // The client's INTEGRITY is the server's STREAM.
    ["protection: 'sign'", { protection: 'sign' }, 0x10000, 'ASC_RET_STREAM'],
    // The client did not ask for it: a message could be repeated, left out or moved.
    [
      "protection: 'sign' (replayDetect, sequenceDetect)",
      { protection: 'sign' },
      0x20000,
      'ASC_RET_INTEGRITY',
    ],
    [
      "protection: 'encrypt' (replayDetect)",
      { protection: 'encrypt' },
      0x20018,
      'ASC_RET_SEQUENCE_DETECT, ASC_RET_CONFIDENTIALITY, ASC_RET_INTEGRITY',
    ],
    [
      "protection: 'encrypt' (sequenceDetect)",
      { protection: 'encrypt' },
      0x20014,
      'ASC_RET_REPLAY_DETECT, ASC_RET_CONFIDENTIALITY, ASC_RET_INTEGRITY',
    ],
    ['delegate', { require: ['delegate'] }, 0x20000, 'ASC_RET_INTEGRITY'],
    // The client's IDENTIFY is the server's INTEGRITY.
    ['identify', { require: ['integrity', 'identify'] }, 0x20000, 'ASC_RET_INTEGRITY'],
  ])('without %s fails, and its context is deleted', async (missing, options, attr, granted) => {
    const context = await server(options);
    fake.legAnswers.push(CONTINUE, { attr });
    await context.step(bytes('1'));
    await expect(context.step(bytes('2'))).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
      message: `requirements not met: ${missing}; granted: ${granted}`,
    });
    expect([context.established, fake.open.context]).toEqual([false, 0]);
  });

  test('is content with what it requires', async () => {
    const context = await server({ protection: 'encrypt' });
    fake.legAnswers.push({ attr: 0x2001c });
    await expect(context.step(bytes('1'))).resolves.toMatchObject({ done: true });
  });

  test('asks a package that does not write its attributes what it granted', async () => {
    const traits = ProviderTrait.contextAttributesNotWritten;
    const context = await server({ protection: 'encrypt' }, { traits });
    fake.legAnswers.push(CONTINUE, {});
    fake.attributeAnswers.push([0, 0x10010]);
    await context.step(bytes('1'));
    await context.step(bytes('2'));
    expect(context.attributes).toMatchObject({ bits: 0x20010, names: expect.anything() });
    expect(fake.queries).toEqual([[1, SECPKG_ATTR_FLAGS]]);
  });

  test('believes the bits of such a package where it does write some', async () => {
    const traits = ProviderTrait.contextAttributesNotWritten;
    const context = await server({ protection: 'encrypt' }, { traits });
    fake.legAnswers.push({ attr: 0x20010 });
    await expect(context.step(bytes('1'))).rejects.toThrow(/replayDetect, sequenceDetect/);
    expect(fake.queries).toEqual([]);
  });

  test.each<[string, readonly [number, number?]]>([
    ['less', [0, 0x10000]],
    ['that it does not know', [SEC_E_UNSUPPORTED_FUNCTION]],
  ])('fails where such a package says %s', async (_, answer) => {
    const traits = ProviderTrait.contextAttributesNotWritten;
    const context = await server({ protection: 'encrypt' }, { traits });
    fake.legAnswers.push({});
    fake.attributeAnswers.push(answer);
    await expect(context.step(bytes('1'))).rejects.toThrow(/encrypt|SEC_E_UNSUPPORTED_FUNCTION/);
    expect([context.established, fake.open.context]).toEqual([false, 0]);
  });
});

describe('an anonymous client', () => {
  test.each([[NULL_SESSION], [NULL_SESSION | 0x20010]])(
    'is refused, and its context is deleted (bits %i)',
    async (attr) => {
      const context = await server();
      fake.legAnswers.push({ attr });
      await expect(context.step(bytes('1'))).rejects.toMatchObject({
        code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
        message: expect.stringContaining('not met: a client that is not anonymous'),
      });
      expect([context.established, fake.open.context]).toEqual([false, 0]);
      await expect(context.step(bytes('2'))).rejects.toThrow(coded('ERR_SECUR32_CONTEXT_FAILED'));
    },
  );

  test('is refused too where only the token says so', async () => {
    const context = await server();
    fake.legAnswers.push({});
    queueClient({ token: { user: 'S-1-5-7' } });
    await expect(context.step(bytes('1'))).rejects.toMatchObject({
      code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
      message: expect.stringContaining('not met: a client that is not anonymous'),
    });
    expect([context.established, fake.open]).toMatchObject([false, { context: 0, token: 0 }]);
    expect(() => context.identity).toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
  });

  test('is not what the bit of a client says', async () => {
    const context = await server();
    fake.legAnswers.push({ attr: 0x40000 });
    await expect(context.step(bytes('1'))).resolves.toMatchObject({ done: true });
  });
});

describe("Extended Protection's audit", () => {
  const options: ServerContextOptions = {
    extendedProtection: 'audit',
    channelBindings: ChannelBindings.fromBytes(bytes('tls-unique:1')),
  };

  test('is refused where bindings with flags would be taken for others', async () => {
    await expect(server(options)).rejects.toThrow(
      coded('ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED'),
    );
  });

  test('sends bindings with the flag, on every leg', async () => {
    fake.channelBindingFlags = true;
    const context = await server(options);
    fake.legAnswers.push(CONTINUE, CONTINUE);
    await context.step(bytes('1'));
    await context.step(bytes('2'));
    for (const { input } of fake.legs) {
      const [type, data] = input[1] ?? [];
      expect(type).toBe(SECBUFFER_CHANNEL_BINDINGS);
      expect(data?.startsWith('CBEX\x01\0')).toBe(true);
    }
    expect(fake.legs).toHaveLength(2);
  });
});
