/** Bounds the time that a peer may take, however often it sends a part of its response. */

import type { Socket } from 'node:net';

/**
 * Settles as `work` does. Destroys the socket with an error if that takes too
 * long; `work` must then settle.
 *
 * @param milliseconds 0 means no timeout
 */
export async function withDeadline<T>(
  socket: Socket,
  milliseconds: number,
  late: () => Error,
  work: Promise<T>,
): Promise<T> {
  if (milliseconds === 0) return work;
  const timer = setTimeout(() => socket.destroy(late()), milliseconds);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
