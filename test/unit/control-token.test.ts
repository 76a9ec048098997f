import { fake } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { SECBUFFER_READONLY, SECBUFFER_TOKEN } from '../../lib/constants/sec-buffers.js';
import { SCHANNEL_SHUTDOWN } from '../../lib/constants/schannel.js';
import { SEC_E_UNSUPPORTED_FUNCTION, SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { applyControlToken } from '../../lib/raw/control-token.js';
import type { ContextHandle } from '../../lib/raw/handles.js';
import type { InputSecBuffer } from '../../lib/core/sec-buffer.js';
import {
  argumentError,
  coded,
  rawContext,
  tokenBuffer,
} from '../instruments/support/fake-handles.js';

/** A call as a function without a result, for `expect`. */
function applying(context: ContextHandle, input: unknown = [tokenBuffer('a')]): () => void {
  return () => {
    applyControlToken(context, input as InputSecBuffer[]);
  };
}

describe('applyControlToken', () => {
  test('passes types and bytes on', () => {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(SCHANNEL_SHUTDOWN);
    fake.controlAnswers.push([0]);
    applyControlToken(rawContext(), [
      { type: SECBUFFER_TOKEN, data },
      { type: SECBUFFER_TOKEN | SECBUFFER_READONLY },
    ]);
    expect(fake.calls).toEqual([
      {
        call: 'applyControlToken',
        handle: 1,
        args: [
          [2, 0x80000002],
          [data, undefined],
        ],
      },
    ]);
  });

  test('takes a record of any size', () => {
    const data = Buffer.alloc(1024 * 1024);
    fake.controlAnswers.push([0]);
    applyControlToken(rawContext(), [{ type: SECBUFFER_TOKEN, data }]);
    expect(fake.calls).toMatchObject([{ args: [[2], [expect.any(Buffer)]] }]);
    // Not by jest, which compares a mebibyte for seconds.
    const [, [passed] = []] = (fake.calls[0]?.args ?? []) as [unknown, Buffer[]?];
    expect(passed?.equals(data)).toBe(true);
  });

  test('takes a status that is not SEC_E_OK for a success where it is one', () => {
    fake.controlAnswers.push([SEC_I_CONTINUE_NEEDED]);
    expect(applying(rawContext())).not.toThrow();
  });

  test('throws the status of a package that does not have it', () => {
    fake.controlAnswers.push([SEC_E_UNSUPPORTED_FUNCTION]);
    expect(applying(rawContext())).toThrow(
      expect.objectContaining({ code: 'SEC_E_UNSUPPORTED_FUNCTION', call: 'ApplyControlToken' }),
    );
  });

  test.each([
    ['no array', null, /^input must be an array of buffers$/],
    ['bytes', Buffer.alloc(1), /^input must be an array of buffers$/],
    ['17 buffers', Array.from({ length: 17 }, () => tokenBuffer('a')), /^input has 17 buffers/],
    ['a buffer without a type', [{}], /^input\[0\]\.type must be/],
    [
      'text',
      [{ type: 2, data: 'a' }],
      /^input\[0\]\.data must be a Uint8Array or Buffer, not \w+$/,
    ],
  ])('refuses %s before the addon sees it', (_, input, message) => {
    const context = rawContext();
    fake.log.length = 0;
    expect(applying(context, input)).toThrow(argumentError(message));
    expect(fake.log).toEqual([]);
  });

  test('refuses a closed context, and what is none', () => {
    const context = rawContext();
    context.close();
    expect(applying(context)).toThrow(coded('ERR_SECUR32_CLOSED'));
    expect(applying({} as unknown as ContextHandle)).toThrow(coded('ERR_SECUR32_INVALID_HANDLE'));
    expect(fake.calls).toEqual([]);
  });

  test.each([
    [Refusal.badArgument, 'ERR_SECUR32_INVALID_ARGUMENT'],
    [Refusal.busy, 'ERR_SECUR32_BUSY'],
    [Refusal.failedBefore, 'ERR_SECUR32_CONTEXT_FAILED'],
  ] as const)('throws refusal %i as %s', (refusal, code) => {
    fake.controlAnswers.push(refusal);
    expect(applying(rawContext())).toThrow(coded(code));
  });
});
