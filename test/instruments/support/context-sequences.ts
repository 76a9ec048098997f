/**
 * What the generated sequences do with a context beside its legs: messages,
 * attributes, tokens and impersonation. Each answer of the package has a text of
 * its own, so that one that comes twice, or of another context, is seen as such.
 */

import fc from 'fast-check';

import {
  SECPKG_ATTR_DTLS_MTU,
  SECPKG_ATTR_NAMES,
} from '../../../lib/constants/context-attributes.js';
import { SECBUFFER_DATA, SECBUFFER_TOKEN } from '../../../lib/constants/sec-buffers.js';
import {
  SEC_E_MESSAGE_ALTERED,
  SEC_E_NO_IMPERSONATION,
  SEC_E_OK,
  SEC_E_OUT_OF_SEQUENCE,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_RENEGOTIATE,
} from '../../../lib/constants/status.js';
import { runImpersonated } from '../../../lib/raw/impersonation.js';
import {
  queryContextAttributes,
  setContextAttributes,
} from '../../../lib/raw/context-attributes.js';
import type { ContextHandle } from '../../../lib/raw/handles.js';
import {
  decryptMessage,
  encryptMessage,
  makeSignature,
  verifySignature,
  type MessageResult,
} from '../../../lib/raw/messages.js';
import { acceptSecurityContext } from '../../../lib/raw/handshake-calls.js';
import { querySecurityContextToken, tokenInformation } from '../../../lib/raw/tokens.js';
import { control, type Script } from './scripted.js';

const MESSAGES = {
  encrypt: encryptMessage,
  decrypt: decryptMessage,
  makeSignature,
  verifySignature,
} as const;
type MessageCall = keyof typeof MESSAGES;

const TOKENS = ['impersonation', 'identification', 'null', 'anonymous'] as const;

export type ContextOperation =
  | { do: 'message'; call: MessageCall; status: number; answered: boolean; inPlace: boolean }
  | { do: 'names'; status: number }
  | { do: 'set'; status: number }
  | { do: 'token'; status: number; token: (typeof TOKENS)[number] }
  | { do: 'impersonate'; status: number; token: (typeof TOKENS)[number] };

function mostlyOk(...others: readonly number[]): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(SEC_E_OK) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  );
}

export const CONTEXT_OPERATIONS: fc.Arbitrary<ContextOperation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('message' as const),
      call: fc.constantFrom<MessageCall>('encrypt', 'decrypt', 'makeSignature', 'verifySignature'),
      status: mostlyOk(SEC_E_MESSAGE_ALTERED, SEC_E_OUT_OF_SEQUENCE, SEC_I_RENEGOTIATE),
      answered: fc.boolean(),
      inPlace: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('names' as const),
      status: mostlyOk(SEC_E_UNSUPPORTED_FUNCTION),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      status: mostlyOk(SEC_E_UNSUPPORTED_FUNCTION),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('token' as const),
      status: mostlyOk(SEC_E_UNSUPPORTED_FUNCTION),
      token: fc.constantFrom(...TOKENS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('impersonate' as const),
      status: mostlyOk(SEC_E_NO_IMPERSONATION),
      token: fc.constantFrom(...TOKENS),
    }),
  },
);

/** Whom the outcomes are told. */
export interface Judge {
  count(outcome: string): void;
  fault(text: string): void;
  /** A call failed, which it may with these codes, or because it was refused. */
  failed(error: unknown, codes: readonly string[]): void;
}

const MARK = 'answer ';
const MESSAGE_BYTES = 40;
const TURN = 0x5a;

export class ContextCalls {
  readonly #judge: Judge;
  /** The texts of answers that are still to come. */
  readonly #marks = new Set<string>();
  #next = 1;

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  run(operation: ContextOperation, context: ContextHandle, script: Script): void {
    switch (operation.do) {
      case 'message':
        this.#message(operation, context, script);
        return;
      case 'names':
        this.#names(operation, context, script);
        return;
      case 'set':
        script.on('setAttributes', { status: operation.status });
        this.#try(
          ['SEC_E_UNSUPPORTED_FUNCTION'],
          () => {
            setContextAttributes(context, SECPKG_ATTR_DTLS_MTU, 1400);
          },
          () => {
            this.#judge.count('set');
          },
        );
        return;
      case 'token':
        this.#token(operation, context, script);
        return;
      case 'impersonate':
        this.#impersonate(operation, context, script);
    }
  }

  #try<T>(codes: readonly string[], call: () => T, done: (result: T) => void): void {
    let result: T;
    try {
      result = call();
    } catch (error) {
      this.#judge.failed(error, codes);
      return;
    }
    done(result);
  }

  #mark(): string {
    const mark = `${MARK}${this.#next++}`.padEnd(20);
    this.#marks.add(mark);
    return mark;
  }

  #take(mark: string): void {
    if (!this.#marks.delete(mark)) this.#judge.fault(`"${mark}" was there before, or never`);
  }

  #message(
    { call, status, answered, inPlace }: ContextOperation & { do: 'message' },
    context: ContextHandle,
    script: Script,
  ): void {
    const data = Buffer.alloc(MESSAGE_BYTES, `message ${this.#next++} `);
    const sent = Buffer.from(data);
    if (answered) script.on(call, { status, output: [this.#mark()] });
    const message = [
      { type: SECBUFFER_DATA, data },
      { type: SECBUFFER_TOKEN, size: 16 },
    ];
    this.#try(
      ['SEC_E_MESSAGE_ALTERED', 'SEC_E_OUT_OF_SEQUENCE'],
      (): MessageResult => MESSAGES[call](context, { message, inPlace }),
      ({ message: [made] }) => {
        this.#judge.count(call);
        const bytes = made?.data ?? Buffer.alloc(0);
        if (bytes.toString().startsWith(MARK)) {
          this.#take(bytes.toString());
        } else {
          const expected = call === 'encrypt' ? sent.map((byte) => byte ^ TURN) : sent;
          if (!bytes.equals(expected)) this.#judge.fault(`${call} made ${bytes.toString('hex')}`);
        }
        const own = bytes.buffer === data.buffer && bytes.byteOffset === data.byteOffset;
        if (own !== inPlace) this.#judge.fault(`${call} worked in the wrong memory`);
        if (!inPlace && !data.equals(sent)) this.#judge.fault(`${call} changed what it was given`);
      },
    );
  }

  #names(
    { status }: ContextOperation & { do: 'names' },
    context: ContextHandle,
    script: Script,
  ): void {
    const name = { type: 0, data: Buffer.from(`${this.#mark()}\0`, 'utf16le') };
    const record = [Buffer.alloc(8), ...(status === SEC_E_OK ? [name] : [])];
    script.on('queryAttributes', { status, output: record });
    this.#try(
      ['SEC_E_UNSUPPORTED_FUNCTION'],
      () => queryContextAttributes(context, SECPKG_ATTR_NAMES),
      (found) => {
        this.#judge.count('names');
        this.#take(found ?? 'nothing');
      },
    );
  }

  #token(
    { status, token: kind }: ContextOperation & { do: 'token' },
    context: ContextHandle,
    script: Script,
  ): void {
    script.on('queryToken', { status, token: kind, handle: 'scribbled' });
    this.#try(
      // A success without a token is the system's error.
      ['SEC_E_UNSUPPORTED_FUNCTION', 'ERR_SECUR32_SYSTEM_ERROR'],
      () => querySecurityContextToken(context),
      (token) => {
        this.#judge.count('token of a context');
        if (!tokenInformation(token).user.startsWith('S-1-5-')) this.#judge.fault('no user');
        token.close();
      },
    );
  }

  #impersonate(
    { status, token }: ContextOperation & { do: 'impersonate' },
    context: ContextHandle,
    script: Script,
  ): void {
    script.on('impersonate', { status, token });
    this.#try(
      ['SEC_E_NO_IMPERSONATION', 'ERR_SECUR32_CANNOT_IMPERSONATE'],
      () =>
        runImpersonated(context, () => {
          // It is refused, and so is the leg that would have to wait for it.
          for (let leg = 0; leg < 2; leg++) {
            acceptSecurityContext({ context }).then(
              () => {
                this.#judge.fault('a leg was begun while somebody was impersonated');
              },
              (error: unknown) => {
                this.#judge.failed(error, ['ERR_SECUR32_IMPERSONATING']);
              },
            );
          }
          return control.threadIsImpersonating();
        }),
      (impersonated) => {
        this.#judge.count('impersonated');
        if (!impersonated) this.#judge.fault('the function did not run as the client');
      },
    );
    if (control.threadIsImpersonating()) this.#judge.fault('the client is still impersonated');
  }
}
