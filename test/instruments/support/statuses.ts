import { STATUS_TABLE } from '../../../lib/constants/status.js';

/** Every status that the headers name, and two that nobody does. */
export const ALL_STATUSES: readonly number[] = [...STATUS_TABLE.keys(), 0x8009_ffff, 0x0009_ffff];
