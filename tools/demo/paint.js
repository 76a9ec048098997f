'use strict';

const COLORS = { bold: 1, red: 31, green: 32, gray: 90 };
const colored = process.stdout.isTTY || process.env.FORCE_COLOR === '1';

/** Text in a color, where the output has colors. */
function paint(color, text) {
  return colored ? `\x1b[${COLORS[color]}m${text}\x1b[0m` : text;
}

module.exports = paint;
