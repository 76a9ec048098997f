'use strict';

/** @param {number[]} values @param {number} fraction 0.5 for the median */
function quantile(values, fraction) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
}

/** How long something takes, in milliseconds. @param {() => Promise<unknown>} work */
async function milliseconds(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** @param {string} title @param {string[]} cells */
function printRow(title, cells) {
  console.log([title.padEnd(34), ...cells.map((cell) => cell.padStart(12))].join(''));
}

/** A row of control, loaded and their ratio. @param {string} title @param {number} control @param {number} loaded */
function printRatio(title, control, loaded) {
  printRow(title, [
    `${control.toFixed(3)} ms`,
    `${loaded.toFixed(3)} ms`,
    (loaded / control).toFixed(2),
  ]);
}

module.exports = { milliseconds, printRatio, printRow, quantile };
