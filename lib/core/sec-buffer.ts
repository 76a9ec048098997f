/** One SecBuffer, before and after a call. */

/** A buffer that goes into a call. */
export interface InputSecBuffer {
  /** A `SECBUFFER_` type, with `SECBUFFER_READONLY` and the like OR-ed into it. */
  type: number;
  /** Its bytes, copied when the call is made; absent for an empty buffer. */
  data?: Uint8Array;
}

/** A buffer that comes out of a call. */
export interface OutputSecBuffer {
  /** A `SECBUFFER_` type. */
  type: number;
  /** Its capacity in bytes. By default the package's largest token, or memory of the package. */
  size?: number;
}

/** A buffer after a call. */
export interface SecBuffer {
  /** The type, as the package left it. */
  type: number;
  /** A copy of what the package wrote; absent if it wrote nothing. */
  data?: Buffer;
}

/** An input buffer after a call. */
export interface LeftInput {
  /** The type, as the package left it: `SECBUFFER_EXTRA` for input that it did not use. */
  type: number;
  /** Its size in bytes: for `SECBUFFER_EXTRA` how much was not used, for `SECBUFFER_MISSING` how much is needed. */
  size: number;
  /** For `SECBUFFER_EXTRA` the bytes that were not used: the end of the token. */
  data?: Buffer;
}
