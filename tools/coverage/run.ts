/** A run of `npm test`: which tests there were, and what each of them drove. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type {
  Driven,
  Kind,
  RecordedFile,
} from '../../test/instruments/support/coverage/recording.js';

/** What jest writes with --json, as far as it is of use here. */
export interface JestReport {
  testResults: readonly {
    name: string;
    assertionResults: readonly { fullName: string; status: string }[];
  }[];
}

export interface Test {
  /** Below test, without its ending. */
  file: string;
  /** Without the reason of a skip. */
  title: string;
  passed: boolean;
  /** Why it was skipped. */
  skippedFor?: string | undefined;
  driven: Partial<Record<Kind, Driven>>;
}

export interface Run {
  /** Ordered by file, and in it as they stand there. */
  tests: readonly Test[];
  complaints: string[];
}

/** One run of jest, and what its tests drove. */
export interface Part {
  report: JestReport;
  recorded: readonly RecordedFile[];
}

const REASON = / \[([^[\]]+)\]$/;

function testFile(path: string): string {
  const file = /\/test\/(.+)\.test\.js$/.exec(path.replaceAll('\\', '/'))?.[1];
  if (file === undefined) throw new Error(`${path} is no compiled test file`);
  return file;
}

function mergeValues(into: Driven, from: Driven): void {
  for (const [group, values] of Object.entries(from)) {
    into[group] = [...new Set([...(into[group] ?? []), ...values])];
  }
}

function key(file: string, title: string): string {
  return `${file}: ${title}`;
}

export function mergeRun(parts: readonly Part[]): Run {
  const tests = new Map<string, Test>();
  const complaints: string[] = [];
  for (const { report } of parts) {
    for (const { name, assertionResults } of report.testResults) {
      const file = testFile(name);
      for (const { fullName, status } of assertionResults) {
        const skipped = status !== 'passed' && status !== 'failed';
        const reason = skipped ? REASON.exec(fullName)?.[1] : undefined;
        const title = reason === undefined ? fullName : fullName.replace(REASON, '');
        const id = key(file, title);
        if (status === 'failed') complaints.push(`${id} failed`);
        const passed = status === 'passed';
        const before = tests.get(id);
        if (before === undefined) {
          tests.set(id, { file, title, passed, skippedFor: reason, driven: {} });
        } else {
          before.passed &&= passed;
        }
      }
    }
  }
  for (const recorded of parts.flatMap((part) => part.recorded)) {
    for (const [title, kinds] of Object.entries(recorded.tests)) {
      const id = key(recorded.file, title);
      const test = tests.get(id);
      if (test?.passed !== true) {
        complaints.push(`${id} was recorded, but is none that passed`);
        continue;
      }
      for (const [kind, driven] of Object.entries(kinds) as [Kind, Driven][]) {
        mergeValues((test.driven[kind] ??= {}), driven);
      }
    }
  }
  // The files of a run come in the order of jest; within one, sorting changes nothing.
  const byFile = [...tests.values()].sort((a, b) =>
    a.file === b.file ? 0 : a.file < b.file ? -1 : 1,
  );
  return { tests: byFile, complaints };
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function jsonFiles(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];
}

/** Reads what `npm test` left: the reports, and below `coverage` a folder of records for each of them. */
export function readParts(folder: string): Part[] {
  return jsonFiles(folder).map((name) => {
    const records = join(folder, 'coverage', name.replace(/\.json$/, ''));
    return {
      report: readJson(join(folder, name)) as JestReport,
      recorded: jsonFiles(records).map((file) => readJson(join(records, file)) as RecordedFile),
    };
  });
}
