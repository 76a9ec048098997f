/** The table of docs/coverage.md: its rows, and what is stated by hand about them. */

import type { Kind } from '../../test/instruments/support/coverage/recording.js';
import type { Item } from './items.js';
import type { Test } from './run.js';

export interface Row {
  item: Item;
  drivenBy: Readonly<Record<Kind, readonly Test[]>>;
  /** Titles with their files. */
  onlyOnWindows: readonly { file: string; title: string }[];
  /** Why nothing drives it. */
  reason: string | undefined;
}

export interface GroupRows {
  name: string;
  title: string;
  rows: readonly Row[];
}

export interface Statements {
  /** File, title of a test, names of what it drives on Windows by a real package. */
  onlyOnWindows: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Why, and the names of what it is about: items, or whole groups. */
  reasons: Readonly<Record<string, readonly string[]>>;
}
