/** The handles of a NativeBinding without an addon, and the promises that the addon keeps about them. */

import { Refusal } from '../../../lib/binding/native-binding.js';

export class FakeHandle {
  open = true;
  busy = false;
  failed = false;
  constructor(
    readonly kind: 'credential' | 'context' | 'token',
    readonly id: number,
  ) {}
}

export type Kind = FakeHandle['kind'];

export function checked(value: unknown, kind: Kind): FakeHandle | Refusal {
  if (!(value instanceof FakeHandle) || value.kind !== kind) return Refusal.notAHandle;
  return value.open ? value : Refusal.closed;
}

export class FakeHandleTable {
  /** Every call by name, with the number of the handle that it closes or reads. */
  readonly log: string[] = [];
  /** Asynchronous calls that came while another was in their context. */
  overlaps = 0;

  readonly #handles: Record<Kind, FakeHandle[]> = { credential: [], context: [], token: [] };

  /** How many handles of each kind are open. */
  get open(): Record<Kind, number> {
    const count = (kind: Kind) => this.#handles[kind].filter((handle) => handle.open).length;
    return { credential: count('credential'), context: count('context'), token: count('token') };
  }

  protected newHandle(kind: Kind): FakeHandle {
    const handle = new FakeHandle(kind, this.#handles[kind].length + 1);
    this.#handles[kind].push(handle);
    return handle;
  }

  /** A context that a call may enter now. */
  protected enter(value: unknown, sync: boolean): FakeHandle | Refusal {
    const context = checked(value, 'context');
    if (typeof context === 'number') return context;
    if (context.busy) {
      if (!sync) this.overlaps += 1;
      return Refusal.busy;
    }
    return context.failed ? Refusal.failedBefore : context;
  }

  protected close(value: unknown, kind: Kind): Refusal | undefined {
    if (!(value instanceof FakeHandle) || value.kind !== kind) return Refusal.notAHandle;
    this.log.push(`close ${kind} ${value.id}`);
    value.open = false;
    return undefined;
  }
}
