// Markup that escapes by default: html`<p>${anything}</p>`.

'use strict';

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** What HTML has no way to write: control characters, and halves of characters. */
// eslint-disable-next-line no-control-regex
const UNWRITABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** Markup; made by `html` alone. */
class Markup {
  #text;

  constructor(text) {
    this.#text = text;
  }

  toString() {
    return this.#text;
  }

  static textOf(value) {
    // An object that only looks like markup is none.
    return typeof value === 'object' && value !== null && #text in value ? value.#text : undefined;
  }
}

function escape(value) {
  return String(value)
    .toWellFormed()
    .replace(UNWRITABLE, '\ufffd')
    .replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

function textOf(value) {
  if (value === undefined || value === null || value === false) return '';
  if (Array.isArray(value)) return value.map(textOf).join('');
  return Markup.textOf(value) ?? escape(value);
}

/**
 * Whatever is put in is text, for the content of elements and for attributes
 * in quotes, unless `html` made it. undefined, null and false are nothing; the
 * elements of an array are put one behind the other.
 */
function html(strings, ...values) {
  return new Markup(
    strings.reduce((text, string, index) => text + textOf(values[index - 1]) + string),
  );
}

module.exports = { html };
