/** The shapes of one SecBuffer before and after a call. */

/** An input buffer of a call. */
export interface InputSecBuffer {
  /** A `SECBUFFER_` type, optionally OR-ed with attributes such as `SECBUFFER_READONLY`. */
  type: number;
  /** Its bytes, copied when the call is made. Omit it for an empty buffer. */
  data?: Uint8Array;
}

/** An output buffer that a call is to fill. */
export interface OutputSecBuffer {
  /** A `SECBUFFER_` type. */
  type: number;
  /**
   * Its capacity in bytes, at most 16 MiB.
   *
   * @defaultValue the package's largest token, or memory that the package allocates
   */
  size?: number;
}

/** An output buffer after a call. */
export interface SecBuffer {
  /** The type, as the package left it. */
  type: number;
  /** A copy of the bytes that the package wrote; absent if it wrote nothing. */
  data?: Buffer;
}

/** An input buffer after a call. */
export interface LeftInput {
  /** The type, as the package left it: `SECBUFFER_EXTRA` for unused input. */
  type: number;
  /**
   * Its size in bytes: for `SECBUFFER_EXTRA` the number of unused bytes, for
   * `SECBUFFER_MISSING` the number of bytes that are still needed.
   */
  size: number;
  /** For `SECBUFFER_EXTRA` a copy of the unused bytes: the end of the token. */
  data?: Buffer;
}
