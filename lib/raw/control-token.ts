import { SspiError } from '../core/errors.js';
import { native } from '../binding/native.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import { contextForLeg, type ContextHandle } from './handles.js';
import type { InputSecBuffer } from '../core/sec-buffer.js';
import { inputDescriptor } from './sec-buffers.js';

/**
 * Tells a Schannel context what its next leg is to do: shut down the connection,
 * send an alert, or renegotiate.
 *
 * Calls ApplyControlToken.
 *
 * Throws an `SspiError`, with `SEC_E_UNSUPPORTED_FUNCTION` from packages other
 * than Schannel.
 *
 * @param input one `SECBUFFER_TOKEN` that holds a 32-bit `SCHANNEL_` number
 * (`SCHANNEL_SHUTDOWN`) or a structure that begins with one
 */
export function applyControlToken(context: ContextHandle, input: readonly InputSecBuffer[]): void {
  const { types, data } = inputDescriptor(input, Infinity);
  const answer = native().applyControlToken(
    contextForLeg(context, undefined).native,
    Uint32Array.from(types),
    data,
  );
  const [status] = accepted(answer);
  if (isFailure(status)) throw new SspiError('ApplyControlToken', status);
}
