import { liveCounts } from '../../../lib/raw/live-counts.js';
import { patience } from './patience.js';

function total(): number {
  const { credentials, contexts, contextBuffers, tokens } = liveCounts();
  return credentials + contexts + contextBuffers + tokens;
}

/**
 * Waits until everything that SSPI gave is given back, which happens on other
 * threads; fails if that does not happen. Without jest, so that child
 * processes can use it, too.
 */
export async function expectNothingLive(): Promise<void> {
  for (let waited = 0; total() !== 0; waited += 20) {
    if (waited > 5_000 * patience)
      throw new Error(`not given back: ${JSON.stringify(liveCounts())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
