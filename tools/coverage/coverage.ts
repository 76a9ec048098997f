/** docs/coverage.md as a run of `npm test` gives it. */

import { allGroups, unknownFunctions, type ConstantsTable, type FunctionsTable } from './items.js';
import { markdown } from './markdown.js';
import { calledFunctions, groupRows } from './rows.js';
import { mergeRun, type Part } from './run.js';
import { statementComplaints } from './statements.js';
import type { Statements } from './table.js';

export interface Sources {
  constants: ConstantsTable;
  functions: FunctionsTable;
  statements: Statements;
}

export interface Coverage {
  markdown: string;
  /** Why it must not be written. */
  complaints: readonly string[];
}

export function coverage(parts: readonly Part[], sources: Sources): Coverage {
  const run = mergeRun(parts);
  const groups = groupRows(
    allGroups(sources.functions, sources.constants),
    run,
    sources.statements,
  );
  const unknown = unknownFunctions(sources.functions, calledFunctions(run)).map(
    (name) => `functions.json does not say what the addon's ${name} calls`,
  );
  const complaints = [
    ...run.complaints,
    ...unknown,
    ...statementComplaints(sources.statements, groups, run),
  ];
  return { markdown: markdown(groups), complaints };
}

/** The first lines in which two texts differ, as a diff shows them. */
export function differences(before: string, after: string, most: number): string[] {
  const [old, now] = [before, after].map((text) => text.split('\n'));
  const gone = new Set(old);
  const come = new Set(now);
  const lines = [
    ...[...gone].filter((line) => !come.has(line)).map((line) => `- ${line}`),
    ...[...come].filter((line) => !gone.has(line)).map((line) => `+ ${line}`),
  ];
  const left = lines.length - most;
  return left > 0 ? [...lines.slice(0, most), `and ${left} more`] : lines;
}
