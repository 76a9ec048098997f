/** ApplyControlToken: what tells a context what its next leg shall do. */

import { afterEach, beforeAll, expect, test } from '@jest/globals';

import { SCHANNEL_ALERT, SCHANNEL_SHUTDOWN } from '../../lib/constants/schannel.js';
import { SECBUFFER_EMPTY, SECBUFFER_TOKEN } from '../../lib/constants/sec-buffers.js';
import { SEC_E_INVALID_TOKEN, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { applyControlToken } from '../../lib/raw/control-token.js';
import { acceptSecurityContext } from '../../lib/raw/handshake-calls.js';
import { codeOf, outcome } from '../instruments/support/outcomes.js';
import {
  callsAtGates,
  endOfTest,
  Gate,
  getAcquainted,
  journalOf,
  Script,
} from '../instruments/support/scripted.js';
import {
  clientOf,
  closeOpened,
  credentialOf,
  establishedServer,
  serverOf,
} from '../instruments/support/scripted-contexts.js';
import { present } from '../instruments/support/system.js';

beforeAll(() => getAcquainted(['Scripted']));
afterEach(async () => {
  closeOpened();
  await endOfTest();
});

const words = (...numbers: readonly number[]) => Buffer.from(Uint32Array.from(numbers).buffer);
const SHUTDOWN = [{ type: SECBUFFER_TOKEN, data: words(SCHANNEL_SHUTDOWN) }];

test('the token arrives as it is, here and now', () => {
  const alert = words(SCHANNEL_ALERT, 2, 40);
  applyControlToken(clientOf(new Script()), [
    { type: SECBUFFER_TOKEN, data: alert },
    { type: SECBUFFER_EMPTY },
  ]);
  expect(journalOf('applyControl')).toEqual([
    expect.objectContaining({
      onThisThread: true,
      input: [
        { type: SECBUFFER_TOKEN, size: 12, data: alert },
        { type: SECBUFFER_EMPTY, size: 0, data: undefined },
      ],
    }),
  ]);
});

test("the caller's memory stays as it was, whatever the package writes", () => {
  const script = new Script().on('applyControl', { input: ['!!!!'] });
  const data = words(SCHANNEL_SHUTDOWN);
  applyControlToken(serverOf(script), [{ type: SECBUFFER_TOKEN, data }]);
  expect(data).toEqual(words(SCHANNEL_SHUTDOWN));
});

test('a success of any kind is one, a failure says which', () => {
  const script = new Script()
    .on('applyControl', { status: SEC_I_CONTINUE_NEEDED })
    .on('applyControl', { status: SEC_E_INVALID_TOKEN });
  const context = serverOf(script);
  applyControlToken(context, SHUTDOWN);
  const { error } = outcome(() => {
    applyControlToken(context, SHUTDOWN);
  });
  expect(error).toMatchObject({ code: 'SEC_E_INVALID_TOKEN', call: 'ApplyControlToken' });
  // It is no leg: the context goes on.
  applyControlToken(context, SHUTDOWN);
});

test('a context of a high-level object takes none, because nobody else may run the next leg (K12)', async () => {
  const server = await establishedServer(new Script());
  expect(
    codeOf(() => {
      applyControlToken(present(server.handle), SHUTDOWN);
    }),
  ).toBe('ERR_SECUR32_OWNED_HANDLE');
  expect(journalOf('applyControl')).toEqual([]);
});

test('it is refused while a leg runs, after one failed, and after the end', async () => {
  const gate = new Gate();
  const script = new Script();
  const context = serverOf(script);
  const code = () =>
    codeOf(() => {
      applyControlToken(context, SHUTDOWN);
    });
  script.on('accept', { gate, status: SEC_E_INVALID_TOKEN });
  const leg = acceptSecurityContext({ context });
  await callsAtGates(1);
  const codes = [code()];
  gate.open();
  await leg.catch(() => undefined);
  codes.push(code());
  context.close();
  codes.push(code());
  expect(codes).toEqual(['ERR_SECUR32_BUSY', 'ERR_SECUR32_CONTEXT_FAILED', 'ERR_SECUR32_CLOSED']);
  expect(journalOf('applyControl')).toEqual([]);
});

test.each([
  ['no array', undefined],
  ['too many buffers', Array.from({ length: 17 }, () => SHUTDOWN[0])],
  ['text', [{ type: SECBUFFER_TOKEN, data: 'shutdown' }]],
  ['no type', [{ data: Buffer.alloc(4) }]],
])('it is refused with %s', (_, input) => {
  const context = serverOf(new Script());
  expect(
    codeOf(() => {
      applyControlToken(context, input as never);
    }),
  ).toBe('ERR_SECUR32_INVALID_ARGUMENT');
  expect(journalOf('applyControl')).toEqual([]);
});

test('a credential is no context', () => {
  const credential = credentialOf(new Script());
  expect(
    codeOf(() => {
      applyControlToken(credential as never, SHUTDOWN);
    }),
  ).toBe('ERR_SECUR32_INVALID_HANDLE');
});
