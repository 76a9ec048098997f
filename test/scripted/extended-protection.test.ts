/** Extended Protection: what a ServerContext and a ClientContext send of it, and what they ask for. */

import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { ChannelBindings } from '../../lib/channel-bindings/channel-bindings.js';
import { ClientContext } from '../../lib/context/client-context.js';
import {
  ASC_REQ_ALLOW_MISSING_BINDINGS,
  ASC_REQ_PROXY_BINDINGS,
} from '../../lib/constants/asc-flags.js';
import {
  SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS,
  SEC_CHANNEL_BINDINGS_RESULT_ABSENT,
  SEC_CHANNEL_BINDINGS_RESULT_VALID_MATCHED,
} from '../../lib/constants/channel-bindings.js';
import { SECPKG_ATTR_CLIENT_SPECIFIED_TARGET } from '../../lib/constants/context-attributes.js';
import {
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_CHANNEL_BINDINGS_RESULT,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import {
  SEC_E_BAD_BINDINGS,
  SEC_E_INTERNAL_ERROR,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
} from '../../lib/constants/status.js';
import { native } from '../../lib/binding/native.js';
import { ServerContext, type ServerContextOptions } from '../../lib/context/server-context.js';
import { codeOf } from '../instruments/support/outcomes.js';
import {
  endOfTest,
  getAcquainted,
  journalOf,
  Script,
  type JournalEntry,
  type ScriptedBuffer,
} from '../instruments/support/scripted.js';
import {
  closeOpened,
  credentialsOf,
  establishedServer,
  opened,
  serverContextOf,
} from '../instruments/support/scripted-contexts.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  jest.restoreAllMocks();
  closeOpened();
  await endOfTest();
});

const APPLICATION_DATA = Buffer.from('tls-server-end-point:0123456789abcdef');
const channelBindings = ChannelBindings.fromBytes(APPLICATION_DATA);
const TOKEN = Buffer.from('token');

/** SEC_CHANNEL_BINDINGS: no addresses, the length and the place of the data, the data. */
const STRUCTURE = Buffer.concat([
  Buffer.alloc(24),
  Buffer.from(Uint32Array.of(APPLICATION_DATA.length, 32).buffer),
  APPLICATION_DATA,
]);
const BINDINGS = {
  type: SECBUFFER_CHANNEL_BINDINGS,
  size: STRUCTURE.length,
  data: STRUCTURE,
};
const SENT = { type: SECBUFFER_TOKEN, size: TOKEN.length, data: TOKEN };

const THREE_LEGS = [
  { status: SEC_I_CONTINUE_NEEDED },
  { status: SEC_I_CONTINUE_NEEDED, handle: 'changes' },
] as const;

function bindingsOf(entries: readonly JournalEntry[]) {
  return entries.map(({ input }) =>
    input?.filter(({ type }) => type === SECBUFFER_CHANNEL_BINDINGS),
  );
}

/** Which of the flags of Extended Protection a leg had. */
function flagsOf({ contextReq = 0 }: JournalEntry) {
  return {
    allowMissing: (contextReq & ASC_REQ_ALLOW_MISSING_BINDINGS) !== 0,
    proxy: (contextReq & ASC_REQ_PROXY_BINDINGS) !== 0,
  };
}

describe('channel bindings', () => {
  test('are behind the token on every leg of a server, byte for byte', async () => {
    const script = new Script();
    for (const answer of THREE_LEGS) script.on('accept', answer);
    const server = await serverContextOf(script, { channelBindings });
    for (let leg = 0; leg < 3; leg++) await server.step(TOKEN);
    const entries = journalOf('accept');
    expect(entries.map(({ input }) => input)).toEqual(
      Array.from({ length: 3 }, () => [SENT, BINDINGS]),
    );
    expect(entries.map(flagsOf)).toEqual(
      entries.map(() => ({ allowMissing: false, proxy: false })),
    );
  });

  test('are there on every leg of a client, with a token or without', async () => {
    const script = new Script();
    for (const answer of THREE_LEGS) script.on('initialize', answer);
    const client = opened(new ClientContext(await credentialsOf(script), { channelBindings }));
    await client.step();
    await client.step(TOKEN);
    await client.step(TOKEN);
    expect(journalOf('initialize').map(({ input }) => input)).toEqual([
      [BINDINGS],
      [SENT, BINDINGS],
      [SENT, BINDINGS],
    ]);
  });

  test('are not there where there are none', async () => {
    for (const options of [{}, { channelBindings: null }]) {
      await establishedServer(new Script(), options);
      const client = opened(new ClientContext(await credentialsOf(new Script()), options));
      await client.step();
    }
    const entries = [...journalOf('accept'), ...journalOf('initialize')];
    expect(entries.length).toBeGreaterThan(0);
    expect(bindingsOf(entries).flat().filter(Boolean)).toEqual([]);
  });

  test('that do not match fail the logon, as the package says', async () => {
    const script = new Script().on('accept', { status: SEC_E_BAD_BINDINGS });
    const server = await serverContextOf(script, { channelBindings });
    await expect(server.step(TOKEN)).rejects.toMatchObject({
      code: 'SEC_E_BAD_BINDINGS',
      call: 'AcceptSecurityContext',
    });
    expect(server.established).toBe(false);
  });
});

describe('extendedProtection', () => {
  const none = { allowMissing: false, proxy: false };
  const LEVELS: readonly [string, ServerContextOptions, typeof none, boolean][] = [
    ["is 'never' without bindings", {}, none, false],
    ["is 'always' with bindings", { channelBindings }, none, true],
    ["'never'", { extendedProtection: 'never' }, none, false],
    ["'always'", { extendedProtection: 'always', channelBindings }, none, true],
    [
      "'whenSupported'",
      { extendedProtection: 'whenSupported', channelBindings },
      { allowMissing: true, proxy: false },
      true,
    ],
    [
      "'behindProxy'",
      { extendedProtection: 'behindProxy', targetNames: ['HTTP/web.example.com'] },
      { allowMissing: false, proxy: true },
      false,
    ],
  ];

  test.each(LEVELS)('%s', async (_, options, flags, hasBindings) => {
    const script = new Script();
    if (options.targetNames !== undefined) says(script, 'HTTP/web.example.com');
    for (const answer of THREE_LEGS) script.on('accept', answer);
    const server = await serverContextOf(script, options);
    for (let leg = 0; leg < 3; leg++) await server.step(TOKEN);
    const entries = journalOf('accept');
    expect(entries.map(flagsOf)).toEqual([flags, flags, flags]);
    expect(bindingsOf(entries)).toEqual(entries.map(() => (hasBindings ? [BINDINGS] : [])));
    expect(server.channelBindingsResult).toBeUndefined();
  });

  const WRONG: readonly [string, unknown][] = [
    ['a level that is none', { extendedProtection: 'sometimes' }],
    ['no level', { extendedProtection: undefined }],
    ['null', { extendedProtection: null }],
    ['bindings that are lost', { channelBindings: undefined }],
    ['bindings that are bytes', { channelBindings: APPLICATION_DATA }],
    ["'always' without bindings", { extendedProtection: 'always' }],
    [
      "'whenSupported' without bindings",
      { extendedProtection: 'whenSupported', channelBindings: null },
    ],
    ["'audit' without bindings", { extendedProtection: 'audit' }],
    ["'never' with bindings", { extendedProtection: 'never', channelBindings }],
    [
      "'behindProxy' with bindings",
      { extendedProtection: 'behindProxy', channelBindings, targetNames: ['HTTP/a'] },
    ],
    ["'behindProxy' without names", { extendedProtection: 'behindProxy' }],
    ['names that are lost', { targetNames: undefined }],
    ['no names', { targetNames: [] }],
    ['a name that is none', { targetNames: ['web.example.com'] }],
  ];

  test.each(WRONG)('is refused with %s', async (_, options) => {
    const credentials = await credentialsOf(new Script());
    expect(codeOf(() => new ServerContext(credentials, options as never))).toBe(
      'ERR_SECUR32_INVALID_ARGUMENT',
    );
  });
});

/** The package will say whom the client asked for. */
function says(script: Script, target: string | undefined): void {
  const pointer: ScriptedBuffer =
    target === undefined
      ? { type: 0, memory: 'null' }
      : { type: 0, data: Buffer.from(`${target}\0`, 'utf16le') };
  script.on('queryAttributes', { output: [Buffer.alloc(8), pointer] });
}

describe('targetNames', () => {
  const targetNames = ['HTTP/web.example.com', 'HTTP/web'];
  const LEVELS: readonly ServerContextOptions[] = [
    { targetNames },
    { targetNames, channelBindings },
    { targetNames, extendedProtection: 'whenSupported', channelBindings },
    { targetNames, extendedProtection: 'behindProxy' },
  ];
  const titled = LEVELS.map(
    (options) =>
      [
        options.extendedProtection ?? (options.channelBindings ? 'always' : 'never'),
        options,
      ] as const,
  );

  describe.each(titled)('with %s', (level, options) => {
    test.each(['HTTP/web.example.com', 'http/WEB.example.com', 'HTTP/web@EXAMPLE.COM'])(
      'lets in who asked for %s',
      async (target) => {
        const script = new Script();
        says(script, target);
        const server = await establishedServer(script, options);
        expect(server.established).toBe(true);
        expect(journalOf('queryAttributes')[0]?.attribute).toBe(
          SECPKG_ATTR_CLIENT_SPECIFIED_TARGET,
        );
      },
    );

    test.each([
      'HTTP/other.example.com',
      'HOST/web.example.com',
      'HTTP/web.example.com:8080',
      'web',
    ])('does not let in who asked for %s', async (target) => {
      const script = new Script();
      says(script, target);
      const server = await serverContextOf(script, options);
      const refusal: unknown = await server.step(TOKEN).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET' });
      expect(String(refusal)).toContain('asked for another service');
      // What it asked for is not repeated: it is the client's.
      expect(String(refusal)).not.toContain(target);
      expect(server.established).toBe(false);
      expect(codeOf(() => server.identity)).toBe('ERR_SECUR32_NOT_ESTABLISHED');
    });

    test.each([
      ['nothing', undefined],
      ['an empty name', ''],
    ])('of who asked for %s', async (_, target) => {
      const script = new Script();
      says(script, target);
      const server = await serverContextOf(script, options);
      const step = server.step(TOKEN);
      if (level === 'whenSupported') {
        await expect(step).resolves.toMatchObject({ done: true });
      } else {
        await expect(step).rejects.toMatchObject({
          code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
          message: expect.stringContaining('specified no target name'),
        });
      }
    });

    test.each([
      ['SEC_E_UNSUPPORTED_FUNCTION', SEC_E_UNSUPPORTED_FUNCTION],
      ['SEC_E_INTERNAL_ERROR', SEC_E_INTERNAL_ERROR],
    ])('lets nobody in where the package says %s', async (code, status) => {
      const script = new Script().on('queryAttributes', { status });
      const server = await serverContextOf(script, options);
      await expect(server.step(TOKEN)).rejects.toMatchObject({
        code: 'ERR_SECUR32_REQUIREMENTS_NOT_MET',
        message: expect.stringContaining(code),
      });
    });
  });
});

describe("'audit'", () => {
  const audit: ServerContextOptions = { extendedProtection: 'audit', channelBindings };

  test('is refused where this system does not have it', async () => {
    const credentials = await credentialsOf(new Script());
    expect(codeOf(() => new ServerContext(credentials, audit))).toBe(
      'ERR_SECUR32_CHANNEL_BINDINGS_UNSUPPORTED',
    );
  });

  /** A system that has it: the structure is the one with flags. */
  function withAudit(): Buffer {
    jest.spyOn(native(), 'knowsChannelBindingFlags').mockReturnValue([1]);
    const { length } = APPLICATION_DATA;
    const magic = 0x58454243;
    const flags = SEC_CHANNEL_BINDINGS_AUDIT_BINDINGS;
    const header = Uint32Array.of(magic, flags, 48, 48 + length, 0, 0, 48, 0, 0, 48, length, 48);
    return Buffer.concat([new Uint8Array(header.buffer), APPLICATION_DATA]);
  }

  function result(bits: number): ScriptedBuffer {
    return { data: Buffer.from(Uint32Array.of(bits).buffer) };
  }

  test('sends bindings that are flagged, and takes what came of them', async () => {
    const data = withAudit();
    const script = new Script()
      .on('accept', { status: SEC_I_CONTINUE_NEEDED, output: ['challenge', { data: '' }] })
      .on('accept', { output: ['', result(SEC_CHANNEL_BINDINGS_RESULT_VALID_MATCHED)] });
    const server = await serverContextOf(script, audit);
    expect((await server.step(TOKEN)).token?.toString()).toBe('challenge');
    expect(server.channelBindingsResult).toBeUndefined();
    await server.step(TOKEN);
    expect(server.channelBindingsResult).toBe(SEC_CHANNEL_BINDINGS_RESULT_VALID_MATCHED);
    const entries = journalOf('accept');
    const flagged = { ...BINDINGS, size: data.length, data };
    expect(bindingsOf(entries)).toEqual([[flagged], [flagged]]);
    expect(entries.map(({ output }) => output)).toEqual(
      entries.map(() => [
        expect.objectContaining({ type: SECBUFFER_TOKEN }),
        { type: SECBUFFER_CHANNEL_BINDINGS_RESULT, size: 4, memory: true },
      ]),
    );
    expect(entries.map(flagsOf)).toEqual(
      entries.map(() => ({ allowMissing: false, proxy: false })),
    );
    // Those of the caller are not changed.
    expect(channelBindings.applicationData).toEqual(APPLICATION_DATA);
  });

  test.each([
    [
      'that the client sent none',
      [result(SEC_CHANNEL_BINDINGS_RESULT_ABSENT)],
      SEC_CHANNEL_BINDINGS_RESULT_ABSENT,
    ],
    ['nothing', [{ memory: 'untouched' }], undefined],
    ['less than a result', [{ data: 'abc' }], undefined],
    ['nowhere', [{ memory: 'null', size: 4 }], undefined],
    ['more than there is room', [{ data: 'abcd', size: 8 }], undefined],
  ] as [string, ScriptedBuffer[], number | undefined][])(
    'lets in whoever of whom it says %s',
    async (_, output, expected) => {
      withAudit();
      const script = new Script().on('accept', { output: ['token', ...output] });
      const server = await establishedServer(script, audit);
      expect(server.channelBindingsResult).toBe(expected);
    },
  );
});
