import { native } from '../binding/native.js';

/** How many SSPI objects this process holds, over all its threads. */
export interface LiveCounts {
  /** CredHandles. */
  credentials: number;
  /** CtxtHandles. */
  contexts: number;
  /** Memory blocks to be freed with FreeContextBuffer. */
  contextBuffers: number;
  /** Handles of access tokens. */
  tokens: number;
}

/**
 * Returns counts for diagnosing leaks. All are zero once everything is closed;
 * handles are freed on another thread, shortly after `close()`.
 */
export function liveCounts(): LiveCounts {
  const [credentials, contexts, contextBuffers, tokens] = native().liveCounts();
  return { credentials, contexts, contextBuffers, tokens };
}
