/**
 * What no run in the testbed can show, written by hand: which tests drive
 * something on Windows only, and why something cannot be driven. Each statement
 * is checked against the run, so that none outlives its reason.
 */

import { KINDS } from '../../test/instruments/support/coverage/recording.js';
import type { Run } from './run.js';
import type { Row, Statements } from './table.js';

/** The reason of skips that run on Windows. */
const ONLY_ON_WINDOWS = 'only on Windows';

function windowsComplaints(
  { onlyOnWindows }: Statements,
  rows: ReadonlyMap<string, Row>,
  run: Run,
): string[] {
  return Object.entries(onlyOnWindows).flatMap(([file, titles]) =>
    Object.entries(titles).flatMap(([title, names]) => {
      const where = `only-on-windows.json: ${file}: ${title}`;
      const test = run.tests.find((each) => each.file === file && each.title === title);
      if (test === undefined) return [`${where}: there is no such test in the run`];
      if (test.skippedFor !== ONLY_ON_WINDOWS) {
        return [`${where}: the test is not skipped as one for Windows`];
      }
      return names.flatMap((name) => {
        const row = rows.get(name);
        if (row === undefined) return [`${where}: there is no ${name}`];
        const [driver] = row.drivenBy.real;
        return driver === undefined
          ? []
          : [`${where}: ${name} is driven here too, by ${driver.file}: ${driver.title}`];
      });
    }),
  );
}

function reasonComplaints(
  { reasons }: Statements,
  rows: ReadonlyMap<string, Row>,
  groups: ReadonlySet<string>,
): string[] {
  const seen = new Set<string>();
  return Object.values(reasons)
    .flat()
    .flatMap((name) => {
      const where = `reasons.json: ${name}`;
      if (seen.has(name)) return [`${where} has two reasons`];
      seen.add(name);
      if (groups.has(name)) return [];
      const row = rows.get(name);
      if (row === undefined) return [`${where}: there is no such thing`];
      const [driver] = KINDS.flatMap((kind) => row.drivenBy[kind]);
      if (driver !== undefined) {
        return [`${where} is driven after all, by ${driver.file}: ${driver.title}`];
      }
      return row.onlyOnWindows.length === 0 ? [] : [`${where} is driven on Windows`];
    });
}

/** What is wrong with the statements, in view of the run. */
export function statementComplaints(
  statements: Statements,
  groups: readonly { name: string; rows: readonly Row[] }[],
  run: Run,
): string[] {
  const rows = new Map(groups.flatMap((group) => group.rows.map((row) => [row.item.name, row])));
  const names = new Set(groups.map(({ name }) => name));
  return [
    ...windowsComplaints(statements, rows, run),
    ...reasonComplaints(statements, rows, names),
  ];
}
