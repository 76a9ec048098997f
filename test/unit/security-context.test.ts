/** The handshake: what clients and servers have in common. */

import { fake, Gate, settle, type LegAnswer } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import {
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
} from '../../lib/constants/context-attributes.js';
import {
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_MISSING,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_INCOMPLETE_MESSAGE,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_COMPLETE_AND_CONTINUE,
  SEC_I_COMPLETE_NEEDED,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import { SSPI_TIME_FOREVER } from '../../lib/constants/time.js';
import type { Credentials } from '../../lib/context/credentials.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { ProviderTrait } from '../../lib/binding/provider-traits.js';
import type { StepResult } from '../../lib/context/handshake.js';
import type { SecurityContext } from '../../lib/context/security-context.js';
import { ClientContext } from '../../lib/context/client-context.js';
import { ServerContext, type ServerContextOptions } from '../../lib/context/server-context.js';
import { expiryDate } from '../../lib/core/time.js';
import { argumentError, bytes, coded, credentials } from '../instruments/support/fake-handles.js';

const STREAM = { traits: ProviderTrait.streamPackage };
const CLOSED = coded('ERR_SECUR32_CLOSED');
const FAILED = coded('ERR_SECUR32_CONTEXT_FAILED');
const CONTINUE: LegAnswer = { status: SEC_I_CONTINUE_NEEDED };
const INCOMPLETE: LegAnswer = { status: SEC_E_INCOMPLETE_MESSAGE };

const failure = (error: unknown): unknown => error;

async function server(answer = {}, options: ServerContextOptions = {}): Promise<ServerContext> {
  return new ServerContext(await credentials(answer), options);
}

async function established(answer: LegAnswer = {}): Promise<ServerContext> {
  const context = await server();
  fake.legAnswers.push(answer);
  await context.step(bytes('1'));
  return context;
}

/** The tokens that went in, leg by leg. */
const tokensIn = () => fake.legs.map(({ input }) => input[0]?.[1]);
/** What was deleted, in order. */
const deletions = () => fake.log.filter((entry) => entry.startsWith('close context'));

/** A leg of a stream that leaves the last bytes of its token over. */
function leaving(extra: number, answer: LegAnswer = CONTINUE): LegAnswer {
  const left = [
    [SECBUFFER_TOKEN, 0],
    [SECBUFFER_EXTRA, extra],
  ] as const;
  return { ...answer, left };
}

describe('legs', () => {
  test('begin with the credentials and go on with the context of the leg before', async () => {
    const context = await server();
    fake.legAnswers.push(CONTINUE, CONTINUE, {});
    for (const text of ['1', '2', '3']) await context.step(bytes(text));
    expect(fake.legs).toMatchObject([
      { credential: 1, context: undefined },
      { credential: undefined, context: 1 },
      { credential: undefined, context: 1 },
    ]);
    expect(tokensIn()).toEqual(['1', '2', '3']);
  });

  test('have the same flags each time', async () => {
    const context = await server({}, { protection: 'sign' });
    fake.legAnswers.push(CONTINUE, { attr: 0x2000c });
    await context.step(bytes('1'));
    await context.step(bytes('2'));
    const [first, second] = fake.legs.map(({ contextReq }) => contextReq);
    expect(second).toBe(first);
  });

  test('have one token in, and an empty buffer behind it where the package is a stream', async () => {
    const plain = await server();
    const stream = await server(STREAM);
    fake.legAnswers.push({}, {});
    await plain.step(bytes('1'));
    await stream.step(bytes('2'));
    expect(fake.legs.map(({ input }) => input)).toEqual([
      [[SECBUFFER_TOKEN, '1']],
      [
        [SECBUFFER_TOKEN, '2'],
        [SECBUFFER_EMPTY, undefined],
      ],
    ]);
  });
});

describe('the result of a step', () => {
  test('has the token to send, with SEC_E_OK too', async () => {
    const context = await server();
    fake.legAnswers.push({ ...CONTINUE, output: ['challenge'] }, { output: ['last'] });
    await expect(context.step(bytes('1'))).resolves.toEqual({
      token: bytes('challenge'),
      done: false,
      statusName: 'SEC_I_CONTINUE_NEEDED',
    });
    await expect(context.step(bytes('2'))).resolves.toEqual({
      token: bytes('last'),
      done: true,
      statusName: 'SEC_E_OK',
    });
  });

  test.each([
    ['nothing', undefined],
    ['an empty token', ''],
  ])('has no token where the package wrote %s', async (_, text) => {
    const context = await server();
    fake.legAnswers.push({ ...CONTINUE, output: [text] }, { output: [text] });
    await expect(context.step(bytes('1'))).resolves.toMatchObject({
      token: undefined,
      done: false,
    });
    await expect(context.step(bytes('2'))).resolves.toMatchObject({ token: undefined, done: true });
  });

  test('has no extra where the package is no stream', async () => {
    const context = await server();
    fake.legAnswers.push({});
    expect(await context.step(bytes('1'))).not.toHaveProperty('extra');
  });
});

describe('a token that must be completed', () => {
  test('is completed with the output of its leg before it is sent, and that was the last step', async () => {
    const context = await server();
    fake.legAnswers.push({ status: SEC_I_COMPLETE_NEEDED, output: ['draft'] });
    fake.completeAnswers.push({ token: ['final'] });
    await expect(context.step(bytes('1'))).resolves.toEqual({
      token: bytes('final'),
      done: true,
      statusName: 'SEC_I_COMPLETE_NEEDED',
    });
    expect(context.established).toBe(true);
    expect(fake.completions).toEqual([
      { sync: false, context: 1, token: [[SECBUFFER_TOKEN, 'draft']] },
    ]);
    expect(fake.log.slice(-2)).toEqual(['accept', 'complete']);
  });

  test('is completed in the middle of a handshake too', async () => {
    const context = await server();
    fake.legAnswers.push({ status: SEC_I_COMPLETE_AND_CONTINUE, output: ['draft'] }, {});
    fake.completeAnswers.push({ token: ['final'] });
    await expect(context.step(bytes('1'))).resolves.toEqual({
      token: bytes('final'),
      done: false,
      statusName: 'SEC_I_COMPLETE_AND_CONTINUE',
    });
    expect(context.established).toBe(false);
    await expect(context.step(bytes('2'))).resolves.toMatchObject({ done: true });
    expect(fake.log.slice(-3)).toEqual(['accept', 'complete', 'accept']);
  });

  test.each([[SEC_I_COMPLETE_NEEDED], [SEC_I_COMPLETE_AND_CONTINUE]])(
    'and cannot be fails the context (status %i)',
    async (status) => {
      const context = await server();
      fake.legAnswers.push({ status, output: ['draft'] });
      fake.completeAnswers.push({ status: SEC_E_INVALID_TOKEN });
      await expect(context.step(bytes('1'))).rejects.toMatchObject({
        code: 'SEC_E_INVALID_TOKEN',
        call: 'CompleteAuthToken',
      });
      expect(deletions()).toEqual(['close context 1']);
      await expect(context.step(bytes('2'))).rejects.toThrow(FAILED);
    },
  );

  test('is not completed without being asked for', async () => {
    await established();
    expect(fake.completions).toEqual([]);
  });

  test('keeps the next step waiting', async () => {
    const context = await server();
    const gate = new Gate();
    fake.legAnswers.push({ status: SEC_I_COMPLETE_AND_CONTINUE, output: ['draft'] }, {});
    fake.completeAnswers.push({ until: gate.opened });
    const steps = [context.step(bytes('1')), context.step(bytes('2'))];
    await settle();
    expect(fake.log.slice(-1)).toEqual(['complete']);
    gate.open();
    await Promise.all(steps);
    expect(fake.log.slice(-1)).toEqual(['accept']);
  });
});

describe('a stream', () => {
  test('whose first bytes are no whole message has no context yet, and begins again with all of them', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push(INCOMPLETE, INCOMPLETE, CONTINUE);
    await expect(context.step(bytes('a'))).resolves.toEqual({
      token: undefined,
      done: false,
      statusName: 'SEC_E_INCOMPLETE_MESSAGE',
    });
    expect(context.handle).toBeUndefined();
    await context.step(bytes('b'));
    await context.step(bytes('c'));
    expect(tokensIn()).toEqual(['a', 'ab', 'abc']);
    expect(fake.legs.map((leg) => [leg.credential, leg.context])).toEqual([
      [1, undefined],
      [1, undefined],
      [1, undefined],
    ]);
    expect(fake.open.context).toBe(1);
  });

  test('keeps the bytes of a later leg and its context', async () => {
    const context = await server(STREAM);
    const missing = [
      [SECBUFFER_TOKEN, 1],
      [SECBUFFER_MISSING, 1],
    ] as const;
    fake.legAnswers.push(CONTINUE, { ...INCOMPLETE, left: missing }, {});
    await context.step(bytes('1'));
    await context.step(bytes('a'));
    await expect(context.step(bytes('b'))).resolves.toMatchObject({ done: true });
    expect(tokensIn()).toEqual(['1', 'a', 'ab']);
    expect(fake.legs.map((leg) => leg.context)).toEqual([undefined, 1, 1]);
  });

  test('uses bytes that it kept once', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push(INCOMPLETE, CONTINUE, CONTINUE);
    for (const text of ['a', 'b', 'c']) await context.step(bytes(text));
    expect(tokensIn()).toEqual(['a', 'ab', 'c']);
  });

  test('keeps the bytes as they were given, though the caller reuses them meanwhile', async () => {
    const context = await server(STREAM);
    const gate = new Gate();
    const token = bytes('a');
    fake.legAnswers.push({ ...INCOMPLETE, until: gate.opened }, CONTINUE);
    const step = context.step(token);
    token.fill('x');
    gate.open();
    await step;
    await context.step(bytes('b'));
    expect(tokensIn()).toEqual(['a', 'ab']);
  });

  test('keeps the bytes as they were given, though the caller reuses them after the step', async () => {
    const context = await server(STREAM);
    const token = bytes('a');
    fake.legAnswers.push(INCOMPLETE, CONTINUE);
    await context.step(token);
    token.fill('x');
    await context.step(bytes('b'));
    expect(tokensIn()).toEqual(['a', 'ab']);
  });

  test('runs another leg at once for what a leg left over, and joins the answers', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push(
      { ...leaving(4), output: ['A'] },
      { ...leaving(2), output: [undefined] },
      { ...CONTINUE, output: ['C'] },
    );
    await expect(context.step(bytes('aabbcc'))).resolves.toEqual({
      token: bytes('AC'),
      done: false,
      statusName: 'SEC_I_CONTINUE_NEEDED',
    });
    expect(tokensIn()).toEqual(['aabbcc', 'bbcc', 'cc']);
  });

  test('does not run another leg for nothing', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push(leaving(0));
    await expect(context.step(bytes('aa'))).resolves.toMatchObject({ done: false });
    expect(fake.legs).toHaveLength(1);
  });

  test('keeps what was left over where that is no whole message', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push({ ...leaving(2), output: ['A'] }, INCOMPLETE, CONTINUE);
    await expect(context.step(bytes('aabb'))).resolves.toEqual({
      token: bytes('A'),
      done: false,
      statusName: 'SEC_E_INCOMPLETE_MESSAGE',
    });
    await context.step(bytes('cc'));
    expect(tokensIn()).toEqual(['aabb', 'bb', 'bbcc']);
  });

  test('gives what is behind the end of the handshake back', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push(leaving(3, { output: ['end'] }));
    await expect(context.step(bytes('aaxyz'))).resolves.toEqual({
      token: bytes('end'),
      done: true,
      statusName: 'SEC_E_OK',
      extra: bytes('xyz'),
    });
    expect(fake.legs).toHaveLength(1);
  });

  test('is ended by a package that leaves more than there was', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push(leaving(100));
    await expect(context.step(bytes('aa'))).rejects.toMatchObject({
      code: 'ERR_SECUR32_NO_PROGRESS',
    });
    expect(fake.legs).toHaveLength(1);
    expect(fake.open.context).toBe(0);
  });

  test('cut anywhere gives the same bytes to the package', async () => {
    const message = 'the whole message';
    for (let cut = 1; cut < message.length; cut += 1) {
      const context = await server(STREAM);
      fake.legs.length = 0;
      fake.legAnswers.push(INCOMPLETE, {});
      await context.step(bytes(message.slice(0, cut)));
      await context.step(bytes(message.slice(cut)));
      expect(tokensIn()).toEqual([message.slice(0, cut), message]);
    }
  });
});

describe('SEC_E_INCOMPLETE_MESSAGE of a package that is no stream', () => {
  test('fails the context', async () => {
    const context = await server();
    fake.legAnswers.push(CONTINUE, INCOMPLETE);
    await context.step(bytes('1'));
    await expect(context.step(bytes('2'))).rejects.toMatchObject({
      code: 'SEC_E_INCOMPLETE_MESSAGE',
    });
    expect(deletions()).toEqual(['close context 1']);
  });
});

describe('a step that fails', () => {
  test('rejects with the status, the failing call and the failure token', async () => {
    const context = await server();
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED, output: ['reject'] });
    await expect(context.step(bytes('1'))).rejects.toMatchObject({
      code: 'SEC_E_LOGON_DENIED',
      call: 'AcceptSecurityContext',
      token: bytes('reject'),
    });
  });

  test('has nothing to delete if it was the first', async () => {
    const context = await server();
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED });
    await expect(context.step(bytes('1'))).rejects.toThrow('SEC_E_LOGON_DENIED');
    context.close();
    expect([deletions(), context.handle]).toEqual([[], undefined]);
  });

  test('deletes the context exactly once if it was a later one, whatever comes then', async () => {
    const context = await server();
    fake.legAnswers.push(CONTINUE, { status: SEC_E_LOGON_DENIED });
    await context.step(bytes('1'));
    await expect(context.step(bytes('2'))).rejects.toThrow('SEC_E_LOGON_DENIED');
    expect(deletions()).toEqual(['close context 1']);
    await expect(context.step(bytes('3'))).rejects.toThrow(FAILED);
    context.close();
    context.close();
    expect(deletions()).toEqual(['close context 1']);
    expect(fake.open.context).toBe(0);
  });

  test('lets no other step follow, not even one that waits', async () => {
    const context = await server();
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED });
    const results = await Promise.all([
      context.step(bytes('1')).catch(failure),
      context.step(bytes('2')).catch(failure),
    ]);
    expect(results[0]).toEqual(expect.objectContaining({ code: 'SEC_E_LOGON_DENIED' }));
    expect(results[1]).toEqual(FAILED);
    expect(fake.legs).toHaveLength(1);
  });

  test('leaves a context that is not established and has no attributes', async () => {
    const context = await server();
    fake.legAnswers.push({ status: SEC_E_LOGON_DENIED });
    await expect(context.step(bytes('1'))).rejects.toThrow('SEC_E_LOGON_DENIED');
    expect([context.established, context.closed]).toEqual([false, false]);
    expect(() => context.attributes).toThrow(coded('ERR_SECUR32_NOT_ESTABLISHED'));
  });

  test('because the addon refused it deletes the context, too', async () => {
    const context = await server();
    fake.legAnswers.push(CONTINUE, Refusal.noMemory);
    await context.step(bytes('1'));
    await expect(context.step(bytes('2'))).rejects.toThrow(coded('ERR_SECUR32_OUT_OF_MEMORY'));
    expect(deletions()).toEqual(['close context 1']);
  });

  test('in the middle of what one token holds deletes the context of its first leg', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push(leaving(2), { status: SEC_E_INVALID_TOKEN });
    await expect(context.step(bytes('aabb'))).rejects.toThrow('SEC_E_INVALID_TOKEN');
    expect(deletions()).toEqual(['close context 1']);
  });
});

describe('steps that are fired without awaiting', () => {
  test('run in the order of the calls, one at a time', async () => {
    const context = await server();
    const gate = new Gate();
    fake.legAnswers.push({ ...CONTINUE, until: gate.opened }, CONTINUE, {});
    const steps = ['1', '2', '3'].map((text) => context.step(bytes(text)));
    await settle();
    expect(tokensIn()).toEqual(['1']);
    gate.open();
    const results = await Promise.all(steps);
    expect(results.map(({ done }) => done)).toEqual([false, false, true]);
    expect(tokensIn()).toEqual(['1', '2', '3']);
    expect(fake.open.context).toBe(1);
  });

  test('see the bytes that they were given, though the caller reuses them', async () => {
    const context = await server();
    const gate = new Gate();
    const token = bytes('1');
    fake.legAnswers.push({ ...CONTINUE, until: gate.opened }, {});
    const first = context.step(token);
    token.write('2');
    const second = context.step(token);
    token.write('3');
    gate.open();
    await Promise.all([first, second]);
    expect(tokensIn()).toEqual(['1', '2']);
  });

  test('after the last one are refused', async () => {
    const context = await server();
    fake.legAnswers.push({});
    const [first, second] = await Promise.allSettled([
      context.step(bytes('1')),
      context.step(bytes('2')),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { done: true } });
    expect(second).toMatchObject({ reason: coded('ERR_SECUR32_ALREADY_ESTABLISHED') });
    expect([fake.legs.length, context.established]).toEqual([1, true]);
  });
});

describe('an established context', () => {
  test('takes no more steps, and stays established', async () => {
    const context = await established();
    await expect(context.step(bytes('2'))).rejects.toThrow(
      coded('ERR_SECUR32_ALREADY_ESTABLISHED'),
    );
    expect([context.established, deletions()]).toEqual([true, []]);
  });

  test('knows what was granted', async () => {
    const context = await established({ attr: 0x20002 });
    expect(context.attributes).toMatchObject({
      bits: 0x20002,
      integrity: true,
      mutualAuth: true,
      confidentiality: false,
    });
  });

  test('knows when it expires, from the last leg', async () => {
    const expiry = 133_500_000_000_000_000n;
    expect((await established({ expiry })).expiresAt).toEqual(expiryDate(expiry));
    expect((await established({ expiry: SSPI_TIME_FOREVER })).expiresAt).toBeUndefined();
    expect((await established({ expiry: 0n })).expiresAt).toBeUndefined();
  });

  test('asks for its sizes', async () => {
    const context = await established();
    fake.attributeAnswers.push([0, 2888, 16, 8, 60]);
    expect(context.sizes).toEqual({
      maxToken: 2888,
      maxSignature: 16,
      blockSize: 8,
      securityTrailer: 60,
    });
    expect(fake.queries).toEqual([[1, SECPKG_ATTR_SIZES]]);
  });

  test('asks which package was negotiated, and is of its own where none was', async () => {
    const context = await established();
    fake.attributeAnswers.push(
      [0, 0, 1, 1, 16, 48256, 'Kerberos', 'comment'],
      [0, 0, ...Array.from({ length: 6 }, () => undefined)],
    );
    expect(context.negotiatedPackage).toBe('Kerberos');
    expect(context.negotiatedPackage).toBe('NTLM');
    expect(fake.queries[0]).toEqual([1, SECPKG_ATTR_NEGOTIATION_INFO]);
  });

  test('asks for its session key, which it need not have', async () => {
    const context = await established();
    fake.attributeAnswers.push([0, bytes('key')], [0, undefined], [SEC_E_UNSUPPORTED_FUNCTION]);
    expect(context.sessionKey).toEqual(bytes('key'));
    expect(context.sessionKey).toBeUndefined();
    expect(context.sessionKey).toBeUndefined();
    expect(fake.queries[0]).toEqual([1, SECPKG_ATTR_SESSION_KEY]);
  });

  test('throws what keeps the session key from being read', async () => {
    const context = await established();
    fake.attributeAnswers.push([SEC_E_INVALID_TOKEN]);
    expect(() => context.sessionKey).toThrow(
      expect.objectContaining({ code: 'SEC_E_INVALID_TOKEN' }),
    );
  });
});

const READINGS: [string, (context: SecurityContext) => unknown][] = [
  ['attributes', (context) => context.attributes],
  ['expiresAt', (context) => context.expiresAt],
  ['sizes', (context) => context.sizes],
  ['negotiatedPackage', (context) => context.negotiatedPackage],
  ['sessionKey', (context) => context.sessionKey],
];

describe.each(READINGS)('%s', (_, read) => {
  test('cannot be read before the context is established', async () => {
    const context = await server();
    const notEstablished = coded('ERR_SECUR32_NOT_ESTABLISHED');
    expect(() => read(context)).toThrow(notEstablished);
    fake.legAnswers.push({ ...CONTINUE, attr: 0x20002, expiry: 1n });
    await context.step(bytes('1'));
    expect(() => read(context)).toThrow(notEstablished);
    expect(fake.queries).toEqual([]);
  });

  test('cannot be read after the context is closed', async () => {
    const context = await established();
    context.close();
    expect(() => read(context)).toThrow(CLOSED);
    expect(fake.queries).toEqual([]);
  });
});

describe('close', () => {
  test('deletes the context exactly once, however often it is called', async () => {
    const context = await established();
    context.close();
    context.close();
    context[Symbol.dispose]();
    expect([context.closed, context.established]).toEqual([true, false]);
    expect(deletions()).toEqual(['close context 1']);
  });

  test('happens at the end of a using declaration', async () => {
    {
      using context = await established();
      expect(context.closed).toBe(false);
    }
    expect(deletions()).toEqual(['close context 1']);
  });

  test('before the first step needs nothing of the addon', async () => {
    const context = await server();
    context.close();
    expect(fake.log).toEqual(['acquire']);
    await expect(context.step(bytes('1'))).rejects.toThrow(CLOSED);
  });

  test('leaves the credentials open', async () => {
    const context = await established();
    context.close();
    expect(fake.open.credential).toBe(1);
  });

  test('during the first leg rejects the step and deletes the context that arrives', async () => {
    const context = await server();
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened, output: ['lost'] });
    const step = context.step(bytes('1'));
    context.close();
    expect(fake.open.context).toBe(0);
    // At once, though the leg goes on.
    await expect(step).rejects.toThrow(CLOSED);
    gate.open();
    await settle();
    expect(deletions()).toEqual(['close context 1']);
    expect([fake.open.context, context.closed]).toEqual([0, true]);
  });

  test('during the first leg of a stream rejects a step that made no context', async () => {
    const context = await server(STREAM);
    const gate = new Gate();
    fake.legAnswers.push({ ...INCOMPLETE, until: gate.opened });
    const step = context.step(bytes('1'));
    context.close();
    gate.open();
    await expect(step).rejects.toThrow(CLOSED);
    expect(deletions()).toEqual([]);
  });

  test('during a later leg rejects the step and deletes the context', async () => {
    const context = await server();
    const gate = new Gate();
    fake.legAnswers.push(CONTINUE, { until: gate.opened });
    await context.step(bytes('1'));
    const step = context.step(bytes('2'));
    context.close();
    expect(deletions()).toEqual(['close context 1']);
    gate.open();
    await expect(step).rejects.toThrow(CLOSED);
    expect([context.closed, context.established, deletions()]).toEqual([
      true,
      false,
      ['close context 1'],
    ]);
  });

  test.each([
    ['first', []],
    ['later', [CONTINUE]],
  ])('during a %s leg that fails rejects the step as closed', async (_, before) => {
    const context = await server();
    const gate = new Gate();
    fake.legAnswers.push(...before, { status: SEC_E_LOGON_DENIED, until: gate.opened });
    for (const answer of before) {
      expect(answer).toBe(CONTINUE);
      await context.step(bytes('before'));
    }
    const step = context.step(bytes('1'));
    context.close();
    gate.open();
    await expect(step).rejects.toThrow(CLOSED);
  });

  test.each([[SEC_I_COMPLETE_NEEDED], [SEC_I_COMPLETE_AND_CONTINUE]])(
    'while a token is completed rejects the step (status %i)',
    async (status) => {
      const context = await server();
      const gate = new Gate();
      fake.legAnswers.push({ status, output: ['draft'] });
      fake.completeAnswers.push({ until: gate.opened });
      const step = context.step(bytes('1'));
      await settle();
      expect(fake.log.at(-1)).toBe('complete');
      context.close();
      gate.open();
      await expect(step).rejects.toThrow(CLOSED);
      expect(deletions()).toEqual(['close context 1']);
    },
  );

  test('rejects the steps that wait at once, and runs none of them', async () => {
    const context = await server();
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened });
    const running = context.step(bytes('1'));
    const waiting = [context.step(bytes('2')), context.step(bytes('3'))];
    context.close();
    for (const step of waiting) await expect(step).rejects.toThrow(CLOSED);
    gate.open();
    await expect(running).rejects.toThrow(CLOSED);
    expect(fake.legs).toHaveLength(1);
  });

  test('by whoever awaited a step that another one follows rejects the follower', async () => {
    const context = await server();
    fake.legAnswers.push(CONTINUE, {});
    const first = context.step(bytes('1')).then(() => {
      context.close();
    });
    const second = context.step(bytes('2')).catch(failure);
    await first;
    expect(await second).toEqual(CLOSED);
    expect(fake.open.context).toBe(0);
  });
});

describe('the limit of a token', () => {
  const tooLarge = coded('ERR_SECUR32_TOKEN_TOO_LARGE');

  test('is 64 KiB by default, and the context outlives a token that is refused', async () => {
    const context = await server();
    await expect(context.step(new Uint8Array(64 * 1024 + 1))).rejects.toThrow(tooLarge);
    expect(fake.legs).toEqual([]);
    fake.legAnswers.push({});
    await expect(context.step(new Uint8Array(64 * 1024))).resolves.toMatchObject({ done: true });
  });

  test('is maxTokenBytes', async () => {
    const context = await server({}, { maxTokenBytes: 4 });
    await expect(context.step(bytes('12345'))).rejects.toThrow(tooLarge);
    fake.legAnswers.push({});
    await expect(context.step(bytes('1234'))).resolves.toMatchObject({ done: true });
  });

  test('can be more than the default', async () => {
    const context = await server({}, { maxTokenBytes: 100_000 });
    fake.legAnswers.push({});
    await expect(context.step(new Uint8Array(100_000))).resolves.toMatchObject({ done: true });
  });

  test('does not exist for a stream by default', async () => {
    const context = await server(STREAM);
    fake.legAnswers.push({});
    await expect(context.step(new Uint8Array(100_000))).resolves.toMatchObject({ done: true });
  });

  test('counts the bytes that a stream kept', async () => {
    const context = await server(STREAM, { maxTokenBytes: 4 });
    fake.legAnswers.push(INCOMPLETE);
    await context.step(bytes('123'));
    await expect(context.step(bytes('45'))).rejects.toThrow(tooLarge);
    expect(fake.legs).toHaveLength(1);
    await expect(context.step(bytes('6'))).rejects.toThrow(FAILED);
  });

  test.each([[0], [-1], [1.5], [NaN], ['10'], [null]])('cannot be %p', async (maxTokenBytes) => {
    const held = await credentials();
    const options = { maxTokenBytes } as ServerContextOptions;
    expect(() => new ServerContext(held, options)).toThrow(
      argumentError('maxTokenBytes must be a positive integer or Infinity'),
    );
  });
});

describe('the credentials of a context', () => {
  const make = {
    client: (held: unknown) => new ClientContext(held as Credentials, { targetName: 'HTTP/web' }),
    server: (held: unknown) => new ServerContext(held as Credentials),
  };
  const SIDES = ['client', 'server'] as const;

  test.each(SIDES)('of a %s must be made by Credentials.acquire', async (side) => {
    const held = await credentials();
    for (const wrong of [undefined, null, {}, held.handle, Object.assign({}, held)]) {
      expect(() => make[side](wrong)).toThrow(
        argumentError('credentials must be an instance of Credentials'),
      );
    }
    // This one has the prototype, but nothing behind it.
    const forged: unknown = Object.assign(Object.create(Object.getPrototypeOf(held) as object), {
      package: 'NTLM',
      use: 'both',
      handle: {},
    });
    expect(() => make[side](forged)).toThrow(coded('ERR_SECUR32_INVALID_HANDLE'));
  });

  test.each([
    ['client', 'inbound', 'a client needs outbound credentials; these are inbound'],
    ['server', 'outbound', 'a server needs inbound credentials; these are outbound'],
  ] as const)('of a %s cannot be %s', async (side, use, message) => {
    const held = await credentials({}, { use });
    expect(() => make[side](held)).toThrow(argumentError(message));
  });

  test.each([
    ['client', 'outbound'],
    ['client', 'both'],
    ['server', 'inbound'],
    ['server', 'both'],
  ] as const)('of a %s can be %s', async (side, use) => {
    const held = await credentials({}, { use });
    expect(make[side](held).established).toBe(false);
  });

  test.each(SIDES)('of a %s must not be closed', async (side) => {
    const held = await credentials();
    held.close();
    expect(() => make[side](held)).toThrow(CLOSED);
  });

  test('that are closed before the first step fail it', async () => {
    const held = await credentials();
    const context = new ServerContext(held);
    held.close();
    await expect(context.step(bytes('1'))).rejects.toThrow(CLOSED);
    expect(fake.legs).toEqual([]);
  });

  test('may be closed after the first step', async () => {
    const held = await credentials();
    const context = new ServerContext(held);
    fake.legAnswers.push(CONTINUE, {});
    await context.step(bytes('1'));
    held.close();
    await expect(context.step(bytes('2'))).resolves.toMatchObject({ done: true });
  });

  test('serve any number of contexts at once', async () => {
    const held = await credentials();
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened }, { until: gate.opened });
    const contexts = [new ServerContext(held), new ServerContext(held)];
    const steps = contexts.map((context) => context.step(bytes('1')));
    expect(fake.legs).toHaveLength(2);
    gate.open();
    await Promise.all(steps);
    expect(contexts[0]?.handle).not.toBe(contexts[1]?.handle);
  });

  test.each([
    ['Schannel'],
    ['SCHANNEL'],
    ['Microsoft Unified Security Protocol Provider'],
    // DEFAULT_TLS_SSP_NAME, Schannel by another name.
    ['Default TLS SSP'],
    ['WDigest'],
  ])('cannot be of %s, which is served elsewhere', async (packageName) => {
    const held = await credentials({}, { package: packageName });
    for (const side of SIDES) {
      expect(() => make[side](held)).toThrow(
        argumentError(`do not support ${packageName}; use secur32/raw`),
      );
    }
  });
});

describe('protection', () => {
  test.each([['none'], ['sign'], ['encrypt']] as const)(
    '%p is one of its values',
    async (protection) => {
      const held = await credentials();
      expect(new ServerContext(held, { protection }).established).toBe(false);
    },
  );

  test.each([['ENCRYPT'], [''], [null], [true], [['encrypt']]])(
    '%p is not one of its values',
    async (protection) => {
      const held = await credentials();
      const options = { protection } as unknown as ServerContextOptions;
      expect(() => new ServerContext(held, options)).toThrow(
        argumentError("protection must be one of 'none', 'sign', 'encrypt'"),
      );
    },
  );
});

describe('require', () => {
  test.each([
    ['no array', 'integrity', /^require must be an array of attribute names$/],
    ['null', null, /^require must be an array of attribute names$/],
    [
      'a name of another thing',
      ['nullSession'],
      /^require must only contain confidentiality, .*, not nullSession$/,
    ],
    ['a name of every object', ['toString'], /^require must only contain .*, not toString$/],
    // eslint-disable-next-line no-sparse-arrays -- a hole is what is tested
    ['a hole', [, 'integrity'], /^require must only contain .*, not undefined$/],
    ['a number', [1], /^require must only contain .*, not 1$/],
  ])('cannot be %s', async (_, names, message) => {
    const held = await credentials();
    const options = { require: names } as unknown as ServerContextOptions;
    expect(() => new ClientContext(held, options)).toThrow(argumentError(message));
    expect(() => new ServerContext(held, options)).toThrow(argumentError(message));
  });

  test('is a copy: what is done to the list later does not count', async () => {
    const names: 'delegate'[] = [];
    const context = await server({}, { require: names });
    names.push('delegate');
    fake.legAnswers.push({});
    await expect(context.step(bytes('1'))).resolves.toMatchObject({ done: true });
  });
});

test('any handshake that is interrupted anywhere leaves no context behind', async () => {
  const SEED = 7;
  let state = SEED;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  const held = await credentials();
  for (let round = 0; round < 200; round += 1) {
    const context = new ServerContext(held);
    const gate = new Gate();
    const legs = 1 + random(4);
    const closeAfter = random(legs + 1);
    const fails = random(3) === 0;
    const steps: Promise<StepResult | string>[] = [];
    for (let leg = 1; leg <= legs; leg += 1) {
      const last = leg === legs;
      const status = !last ? SEC_I_CONTINUE_NEEDED : fails ? SEC_E_LOGON_DENIED : 0;
      fake.legAnswers.push({ status, ...(leg > closeAfter && { until: gate.opened }) });
      steps.push(context.step(bytes(`${leg}`)).catch(String));
    }
    await settle();
    context.close();
    gate.open();
    await Promise.all(steps);
    await settle();
    // Steps that never ran took no answer.
    fake.legAnswers.length = 0;
    expect({ seed: SEED, round, open: fake.open.context }).toEqual({ seed: SEED, round, open: 0 });
  }
  expect(new Set(deletions()).size).toBe(deletions().length);
});
