// npm run test:sanitize: the marshalling core and the executor on Linux, in programs, and the whole
// addon in a Node.js there, under AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer,
// ThreadSanitizer and libFuzzer.
//
//   npm run test:sanitize                       everything
//   npm run test:sanitize -- --fuzz-seconds 600 a longer search
//   npm run test:sanitize -- NAME…              only the programs and mutants that have one of the names
//   npm run test:sanitize -- addon              only the addon, with its mutants
//   npm run test:sanitize -- addon NAME…        only its suites whose path has a NAME, or mutants of that name
//
// It uses clang from a Debian tree of its own (tools/testbed), so that the host's release does not
// matter. Every program, and the addon, is built from src-native as it is; then once more for each
// fault that is planted in a copy, which it must report.

import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import * as addon from '../test/instruments/sanitize/addon/suites.mjs';
import * as definitions from '../test/instruments/sanitize/programs.mjs';
import { PROJECT_IN_TREE, prepareCompiler } from './testbed/compiler.mjs';
import { runBuildStep, zigDirectory } from './native/cmake.mjs';
import { root } from './native/project.mjs';
import { runAddon } from './sanitize/addon.mjs';
import { generate } from './sanitize/definitions.mjs';
import { runProgram } from './sanitize/runs.mjs';
import { setUpUnit } from './set-up.mjs';
import { reportError } from './support/failure.mjs';
import { Reporter } from './support/progress.mjs';
import { runLogged } from './support/run-command.mjs';

const OUTPUT = 'build/sanitize';
const BINARIES = `${OUTPUT}/cmake`;
const GENERATED = `${OUTPUT}/generated`;
const CORPUS = 'test/instruments/sanitize/corpus';
const LOGS = join(root, OUTPUT, 'logs');
/** For each fuzzer. */
const DEFAULT_FUZZ_SECONDS = 25;
/** For a story that shows a planted fault. */
const MUTANT_FUZZ_SECONDS = 120;
const LONGEST_INPUT = 512;
const REAL_TARGETS = ['x86_64-windows-gnu', 'aarch64-windows-gnu'];

const SANITIZERS = {
  address: 'AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer',
  thread: 'ThreadSanitizer, UndefinedBehaviorSanitizer',
  fuzzer: 'libFuzzer, AddressSanitizer, LeakSanitizer, UndefinedBehaviorSanitizer',
};

// Plain lines, for logs.
const log = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
const reporter = new Reporter({ prefix: 'test:sanitize: ', log });

/**
 * @typedef {Awaited<ReturnType<typeof prepareCompiler>>} InTree
 *
 * @typedef {import('../test/instruments/sanitize/programs.mjs').Program} Program
 *
 * @typedef {import('../test/instruments/sanitize/programs.mjs').Mutant} Mutant
 *
 * @typedef {import('../test/instruments/sanitize/addon/suites.mjs').AddonMutant} AddonMutant
 */

/** The headers of test/instruments/sanitize/windows say what MinGW-w64's say. */
async function checkLayout() {
  for (const target of REAL_TARGETS) {
    await runBuildStep(
      [
        join(zigDirectory, 'bin', 'c++'),
        ...['-target', target, '-std=c++17', '-DSECURITY_WIN32', '-D_WIN32_WINNT=0x0a00'],
        ...[
          '-c',
          'test/instruments/sanitize/windows/layout.cc',
          '-o',
          join(root, OUTPUT, `${target}.o`),
        ],
      ],
      { what: `layout.cc with the headers for ${target}`, log: `sanitize/logs/${target}.log` },
    );
  }
}

/** @param {InTree} inTree @param {string[]} targets */
async function build(inTree, targets) {
  const steps = {
    configure: [
      ...['cmake', '-S', 'test/instruments/sanitize', '-B', BINARIES, '-G', 'Ninja'],
      ...['-DCMAKE_CXX_COMPILER=clang++', `-DGENERATED=${PROJECT_IN_TREE}/${GENERATED}`],
    ],
    build: ['cmake', '--build', BINARIES, '--target', ...targets],
  };
  await reporter.step('building with clang', async (update) => {
    for (const [name, step] of Object.entries(steps)) {
      const { command, env } = inTree(step);
      await runLogged(command, {
        what: `${name} of test/instruments/sanitize`,
        logFile: join(LOGS, `${name}.log`),
        env,
        onLine: (line) => update(/^\[\d+\/\d+\]/.exec(line)?.[0] ?? ''),
      });
    }
  });
}

/** @param {Program} program @param {string} target @param {number} seconds */
function commandOf({ program, sanitizer }, target, seconds) {
  const executable = `${BINARIES}/${target}`;
  if (sanitizer !== 'fuzzer') return [executable];
  // What it finds on the way, and what it ends over, stays out of the project.
  const inputs = `${OUTPUT}/${target}-inputs`;
  rmSync(join(root, inputs), { recursive: true, force: true });
  mkdirSync(join(root, inputs), { recursive: true });
  mkdirSync(join(root, OUTPUT, 'findings'), { recursive: true });
  const seeds = join(root, CORPUS, program);
  if (existsSync(seeds)) cpSync(seeds, join(root, inputs), { recursive: true });
  const options = {
    max_total_time: seconds,
    max_len: LONGEST_INPUT,
    timeout: 10,
    print_final_stats: 1,
    artifact_prefix: `${OUTPUT}/findings/${target}-`,
  };
  return [
    executable,
    ...Object.entries(options).map(([name, value]) => `-${name}=${value}`),
    inputs,
  ];
}

/** @param {boolean} passed @param {string} text @param {number} started */
function say(passed, text, started) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${text} (${seconds} s)`);
}

/**
 * The programs as they are: nothing may be reported.
 *
 * @param {InTree} inTree
 * @param {Program[]} programs
 * @param {number} fuzzSeconds
 */
async function runPrograms(inTree, programs, fuzzSeconds) {
  let failed = 0;
  let cases = 0;
  let reports = 0;
  for (const { sanitizer, program } of programs) {
    const started = performance.now();
    const target = `${sanitizer}-${program}`;
    const command = commandOf({ sanitizer, program }, target, fuzzSeconds);
    const outcome = await runProgram(inTree, command, join(LOGS, `${target}.log`));
    cases += outcome.cases;
    reports += outcome.reports.length;
    say(outcome.passed, `${program}: ${outcome.cases} cases, ${SANITIZERS[sanitizer]}`, started);
    if (outcome.passed) continue;
    failed += 1;
    console.log(outcome.log.trimEnd());
  }
  return { failed, cases, reports };
}

/**
 * The programs over planted faults: each must be reported.
 *
 * @param {InTree} inTree
 * @param {Mutant[]} mutants
 */
async function runMutants(inTree, mutants) {
  let failed = 0;
  for (const mutant of mutants) {
    const { name, program, report } = mutant;
    const started = performance.now();
    const target = `mutant-${name}`;
    const command = commandOf(mutant, target, MUTANT_FUZZ_SECONDS);
    const outcome = await runProgram(inTree, command, join(LOGS, `${target}.log`));
    const seen = !outcome.passed && outcome.log.includes(report);
    say(seen, `planted in ${program}: ${name}, reported as '${report}'`, started);
    if (seen) continue;
    failed += 1;
    console.log(outcome.log.trimEnd());
  }
  return failed;
}

/**
 * The suites in a Node.js with the addon: every test passes, and nothing is reported.
 *
 * @param {InTree} inTree
 * @param {string[]} patterns of test files; none for all
 */
async function runSuites(inTree, patterns) {
  let failed = 0;
  let cases = 0;
  let reports = 0;
  for (const run of addon.runs) {
    const started = performance.now();
    const outcome = await runAddon(root, OUTPUT, inTree, { ...run, patterns });
    cases += outcome.cases;
    reports += outcome.reports.length;
    const { suites, cases: passed, skipped } = outcome;
    const what = `${suites} suites, ${passed} cases, ${skipped} skipped, ${SANITIZERS[run.sanitizer]}`;
    say(outcome.passed, `${run.name}: ${what}`, started);
    if (outcome.passed) continue;
    failed += 1;
    console.log(outcome.log.trimEnd());
  }
  for (const { title, why } of addon.notHere) console.log(`skip not here: ${title}: ${why}`);
  return { failed, cases, reports };
}

/**
 * The suites over faults that are planted in the addon: each must be reported.
 *
 * @param {InTree} inTree
 * @param {AddonMutant[]} mutants
 */
async function runAddonMutants(inTree, mutants) {
  let failed = 0;
  for (const { name, sanitizer, suite, report } of mutants) {
    const started = performance.now();
    const target = `mutant-${name}`;
    const run = { name: target, sanitizer, addon: target, folders: ['scripted'] };
    const outcome = await runAddon(root, OUTPUT, inTree, { ...run, patterns: [suite] });
    const seen = !outcome.passed && outcome.log.includes(report);
    say(seen, `planted in the addon: ${name}, reported by ${suite} as '${report}'`, started);
    if (seen) continue;
    failed += 1;
    console.log(outcome.log.trimEnd());
  }
  return failed;
}

/**
 * What the names on the command line ask for.
 *
 * @param {string[]} names
 */
function chosen(names) {
  const all = names.length === 0;
  const ofAddon = names[0] === 'addon' ? names.slice(1) : undefined;
  const wanted = (/** @type {string} */ name) => all || names.includes(name);
  const none = ofAddon !== undefined;
  const addonMutants = addon.mutants.filter(
    ({ name }) => all || ofAddon?.length === 0 || ofAddon?.includes(name),
  );
  const patterns = ofAddon?.filter((name) => addon.mutants.every((mutant) => mutant.name !== name));
  return {
    programs: none ? [] : definitions.programs.filter(({ program }) => wanted(program)),
    mutants: none ? [] : definitions.mutants.filter(({ name }) => wanted(name)),
    addonMutants,
    patterns: patterns ?? [],
    suites: all || ofAddon?.length === 0 || (patterns?.length ?? 0) > 0,
  };
}

async function main() {
  const { values, positionals: names } = parseArgs({
    options: { 'fuzz-seconds': { type: 'string', default: `${DEFAULT_FUZZ_SECONDS}` } },
    allowPositionals: true,
  });
  await setUpUnit();
  const { programs, mutants, addonMutants, patterns, suites } = chosen(names);
  const inTree = await prepareCompiler(reporter, { node: suites || addonMutants.length > 0 });
  mkdirSync(LOGS, { recursive: true });

  generate(root, join(root, GENERATED), { ...definitions, addonMutants: addon.mutants });
  const started = performance.now();
  await checkLayout();
  say(
    true,
    `the headers of test/instruments/sanitize/windows agree with those of MinGW-w64`,
    started,
  );
  await build(inTree, [
    ...programs.map(({ sanitizer, program }) => `${sanitizer}-${program}`),
    ...(suites ? addon.runs.map((run) => run.addon) : []),
    ...[...mutants, ...addonMutants].map(({ name }) => `mutant-${name}`),
  ]);
  const results = await runPrograms(inTree, programs, Number(values['fuzz-seconds']));
  const ofSuites = suites ? await runSuites(inTree, patterns) : { failed: 0, cases: 0, reports: 0 };
  const unseen =
    (await runMutants(inTree, mutants)) + (await runAddonMutants(inTree, addonMutants));

  const failed = results.failed + ofSuites.failed + unseen;
  const runs = suites ? addon.runs.length : 0;
  const skipped = suites ? addon.notHere.length : 0;
  const all = 1 + programs.length + mutants.length + runs + addonMutants.length;
  console.log(
    `${results.cases + ofSuites.cases} cases, ${results.reports + ofSuites.reports} reports`,
  );
  console.log(`${all - failed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  reportError('test:sanitize', error);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
}
