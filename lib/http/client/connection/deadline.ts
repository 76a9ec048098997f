/** Bounds the time that a peer may take, however often it sends a part of its response. */

import type { Socket } from 'node:net';

import { withinTime } from '../../time-limit.js';

/**
 * Settles as `work` does, unless that takes too long: then rejects with an error,
 * and destroys the socket with it.
 *
 * @param milliseconds 0 means no timeout
 */
export function withDeadline<T>(
  socket: Socket,
  milliseconds: number,
  late: () => Error,
  work: Promise<T>,
): Promise<T> {
  if (milliseconds === 0) return work;
  return withinTime(work, milliseconds, () => {
    const error = late();
    socket.destroy(error);
    return error;
  });
}
