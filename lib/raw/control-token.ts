import { SspiError } from '../core/errors.js';
import { native } from '../binding/native.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import { openContext, type ContextHandle } from './handles.js';
import type { InputSecBuffer } from '../core/sec-buffer.js';
import { inputDescriptor } from './sec-buffers.js';

/**
 * Tells a context what its next leg shall do: shut down, send an alert,
 * renegotiate.
 *
 * Calls ApplyControlToken with one `SECBUFFER_TOKEN`: a `SCHANNEL_SHUTDOWN`
 * number, or a record that begins with a `SCHANNEL_` number. Only Schannel has
 * it; others throw an `SspiError` with `SEC_E_UNSUPPORTED_FUNCTION`.
 */
export function applyControlToken(context: ContextHandle, input: readonly InputSecBuffer[]): void {
  const { types, data } = inputDescriptor(input, Infinity);
  const answer = native().applyControlToken(
    openContext(context).native,
    Uint32Array.from(types),
    data,
  );
  const [status] = accepted(answer);
  if (isFailure(status)) throw new SspiError('ApplyControlToken', status);
}
