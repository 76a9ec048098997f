/** Joins the items with the run: who drives each of them. */

import { FUNCTION, KINDS, type Kind } from '../../test/instruments/support/coverage/recording.js';
import type { Group, Item } from './items.js';
import type { Run, Test } from './run.js';
import type { GroupRows, Row, Statements } from './table.js';

export function isGap({ drivenBy, onlyOnWindows, reason }: Row): boolean {
  const drivers = [...KINDS.flatMap((kind) => drivenBy[kind]), ...onlyOnWindows];
  return drivers.length === 0 && reason === undefined;
}

/** How much a test drives: one that drives little says more about each. */
function extent(test: Test): number {
  return KINDS.flatMap((kind) => Object.values(test.driven[kind] ?? {})).flat().length;
}

/** The order in which a cell names tests. Those without memory are about something else. */
function compareTests(a: Test, b: Test): number {
  const lacksMemory = ({ file }: Test): number => (file.startsWith('faults/') ? 1 : 0);
  return lacksMemory(a) - lacksMemory(b) || extent(a) - extent(b);
}

function drivers(item: Item, kind: Kind, tests: readonly Test[]): Test[] {
  return tests.filter(({ driven }) => item.isDrivenBy(driven[kind]?.[item.recordedAs] ?? []));
}

export function groupRows(groups: readonly Group[], run: Run, statements: Statements): GroupRows[] {
  const reasons = new Map(
    Object.entries(statements.reasons).flatMap(([reason, names]) =>
      names.map((name) => [name, reason] as const),
    ),
  );
  const onWindows = Object.entries(statements.onlyOnWindows).flatMap(([file, titles]) =>
    Object.entries(titles).map(([title, names]) => ({ file, title, names })),
  );
  const tests = [...run.tests].sort(compareTests);
  return groups.map(({ name, title, items }) => ({
    name,
    title,
    rows: items.map((item) => {
      const row = {
        item,
        drivenBy: {
          real: drivers(item, 'real', tests),
          bridge: drivers(item, 'bridge', tests),
          scripted: drivers(item, 'scripted', tests),
        },
        onlyOnWindows: onWindows.filter(({ names }) => names.includes(item.name)),
        reason: item.reason ?? reasons.get(item.name),
      };
      // The reason of a group is that of its rows without a test.
      return isGap(row) ? { ...row, reason: reasons.get(name) } : row;
    }),
  }));
}

/** The functions of the addon that the run called. */
export function calledFunctions(run: Run): string[] {
  const called = run.tests.flatMap(({ driven }) =>
    KINDS.flatMap((kind) => driven[kind]?.[FUNCTION] ?? []),
  );
  return [...new Set(called.map(String))].sort();
}
