import { native } from '../binding/native.js';

/** What SSPI gave to this process and did not get back yet, over all its threads. */
export interface LiveCounts {
  credentials: number;
  contexts: number;
  contextBuffers: number;
  tokens: number;
}

/**
 * Counts for diagnosis: all zero once everything is closed. Handles are given
 * back on another thread, shortly after `close()`.
 */
export function liveCounts(): LiveCounts {
  const [credentials, contexts, contextBuffers, tokens] = native().liveCounts();
  return { credentials, contexts, contextBuffers, tokens };
}
