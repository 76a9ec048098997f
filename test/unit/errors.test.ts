import { inspect } from 'node:util';

import { describe, expect, test } from '@jest/globals';

import {
  SECBUFFER_ALERT,
  SECBUFFER_CHANNEL_BINDINGS_RESULT,
  SECBUFFER_READONLY,
  SECBUFFER_TOKEN,
} from '../../lib/constants/sec-buffers.js';
import { argumentError, codedError, handleError, SspiError } from '../../lib/core/errors.js';
import { Refusal } from '../../lib/binding/native-binding.js';
import { accepted, refusalError } from '../../lib/binding/refusals.js';

const LOGON_DENIED = 0x8009030c;
const token = (text: string) => ({ type: SECBUFFER_TOKEN, data: Buffer.from(text) });

describe('SspiError', () => {
  test('says which call failed, with the status as a name, a number and in words', () => {
    const error = new SspiError('AcceptSecurityContext', LOGON_DENIED);
    expect(error).toMatchObject({
      name: 'SspiError',
      code: 'SEC_E_LOGON_DENIED',
      status: LOGON_DENIED,
      call: 'AcceptSecurityContext',
      message:
        'AcceptSecurityContext failed: SEC_E_LOGON_DENIED (0x8009030c), wrong credentials or logon refused',
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.stack).toContain('SspiError: AcceptSecurityContext failed');
  });

  test('has the hexadecimal status as code where the headers have no name', () => {
    const error = new SspiError('AcquireCredentialsHandle', 0x8009ffff);
    expect(error.code).toBe('0x8009ffff');
    expect(error.message).toBe(
      'AcquireCredentialsHandle failed: 0x8009ffff (0x8009ffff), a status that the SSPI headers do not name',
    );
  });

  test('has the failure token, and all output', () => {
    const output = [{ type: SECBUFFER_ALERT }, token('alert bytes')];
    const error = new SspiError('AcceptSecurityContext', LOGON_DENIED, output);
    expect(error.token).toEqual(Buffer.from('alert bytes'));
    expect(error.output).toBe(output);
  });

  test('takes an alert for the token where the token is empty', () => {
    const alert = { type: SECBUFFER_ALERT, data: Buffer.from('alert') };
    const error = new SspiError('AcceptSecurityContext', LOGON_DENIED, [token(''), alert]);
    expect(error.token).toBe(alert.data);
  });

  test('takes nothing for the token that is not for the peer', () => {
    const data = Buffer.from('result');
    const result = { type: SECBUFFER_CHANNEL_BINDINGS_RESULT, data };
    const error = new SspiError('AcceptSecurityContext', LOGON_DENIED, [token(''), result]);
    expect([error.token, error.output]).toEqual([undefined, [token(''), result]]);
    const readOnly = { type: SECBUFFER_TOKEN | SECBUFFER_READONLY, data };
    expect(new SspiError('AcceptSecurityContext', LOGON_DENIED, [readOnly]).token).toBe(data);
  });

  test('has no token where the package made none', () => {
    const error = new SspiError('AcceptSecurityContext', LOGON_DENIED, [token('')]);
    expect(error.token).toBeUndefined();
    expect(new SspiError('CompleteAuthToken', LOGON_DENIED)).toMatchObject({
      token: undefined,
      output: [],
    });
  });

  test('keeps the token and the output out of logs', () => {
    const output = [token('a secret token')];
    const error = new SspiError('AcceptSecurityContext', LOGON_DENIED, output);
    expect(Object.keys(error).sort()).toEqual(['call', 'code', 'status']);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'SEC_E_LOGON_DENIED',
      status: LOGON_DENIED,
      call: 'AcceptSecurityContext',
    });
    const printed = inspect(error, { depth: 10 }) + String(error) + (error.stack ?? '');
    expect(printed).not.toMatch(/token|output|61 20 73 65/);
  });

  test('is unsigned where the status came as a signed number', () => {
    const error = new SspiError('AcceptSecurityContext', LOGON_DENIED | 0);
    expect([error.code, error.status]).toEqual(['SEC_E_LOGON_DENIED', LOGON_DENIED]);
    expect(error.message).toContain('(0x8009030c)');
  });
});

describe('errors that are no failure of SSPI', () => {
  test('carry their code, and a cause if there is one', () => {
    const cause = new Error('why');
    expect(codedError('ERR_SECUR32_CLOSED', 'closed', { cause })).toMatchObject({
      constructor: Error,
      code: 'ERR_SECUR32_CLOSED',
      message: 'closed',
      cause,
    });
  });

  test('are TypeErrors for a wrong argument and for what is no handle', () => {
    expect(argumentError('what')).toMatchObject({
      constructor: TypeError,
      code: 'ERR_SECUR32_INVALID_ARGUMENT',
    });
    expect(handleError('what')).toMatchObject({
      constructor: TypeError,
      code: 'ERR_SECUR32_INVALID_HANDLE',
    });
  });
});

describe('refusals of the addon', () => {
  test.each([
    ['badArgument', 'ERR_SECUR32_INVALID_ARGUMENT', TypeError],
    ['notAHandle', 'ERR_SECUR32_INVALID_HANDLE', TypeError],
    ['closed', 'ERR_SECUR32_CLOSED', Error],
    ['busy', 'ERR_SECUR32_BUSY', Error],
    ['noMemory', 'ERR_SECUR32_OUT_OF_MEMORY', Error],
    ['failedBefore', 'ERR_SECUR32_CONTEXT_FAILED', Error],
    ['unsafeBuffers', 'ERR_SECUR32_BUFFERS_UNSUPPORTED', Error],
    ['badPassword', 'ERR_SECUR32_INVALID_ARGUMENT', TypeError],
    ['otherPackage', 'ERR_SECUR32_INVALID_ARGUMENT', TypeError],
    ['otherSide', 'ERR_SECUR32_INVALID_ARGUMENT', TypeError],
    ['otherIdentity', 'ERR_SECUR32_IDENTITY_UNSUPPORTED', Error],
    ['shortToken', 'ERR_SECUR32_BUFFERS_UNSUPPORTED', Error],
    ['impersonating', 'ERR_SECUR32_IMPERSONATING', Error],
  ] as const)('%s is %s', (refusal, code, constructor) => {
    const error = refusalError(Refusal[refusal]);
    expect(error).toMatchObject({ code, constructor });
    expect(error.message).not.toBe('');
    expect(() => accepted<object>(Refusal[refusal])).toThrow(expect.objectContaining({ code }));
  });

  test('every refusal has an error', () => {
    const errors = Object.values(Refusal).map((refusal) => refusalError(refusal));
    expect(errors.map((error) => error instanceof Error)).toEqual(errors.map(() => true));
  });

  test('no answer at all means that there was no memory for one', () => {
    expect(() => accepted(undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_SECUR32_OUT_OF_MEMORY' }),
    );
  });

  test('an answer that is none passes', () => {
    const answer = [0] as const;
    expect(accepted(answer)).toBe(answer);
  });
});
