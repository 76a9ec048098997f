/** The header fields of a request, in any form that undici accepts. */

import { argumentError } from '../../../core/errors.js';
import { isHostOf, isToken } from './request-target.js';

type Value = string | readonly string[];
type Field = readonly [name: string, value: Value];

/** Set by undici and the connection. A caller that sets them could end a request early or smuggle another one into it. */
const FORBIDDEN_FIELDS: readonly string[] = [
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
];
/** Other options of `Connection` name fields that a proxy removes: it could remove the token. */
const CONNECTION_OPTIONS: readonly string[] = ['close', 'keep-alive'];

/** Reads and checks each name and value once. */
export class RequestHeaders {
  readonly #fields: readonly Field[];

  /**
   * @param origin what a Host field must name. The field is then dropped, because
   * undici makes it from the origin
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
   */
  constructor(headers: unknown, origin: URL) {
    const fields = fieldsOf(headers);
    for (const [name, value] of fields) checkField(name, value, origin);
    rejectDuplicate(fields, 'host');
    rejectDuplicate(fields, 'content-length');
    this.#fields = fields.filter(([name]) => name.toLowerCase() !== 'host');
  }

  has(name: string): boolean {
    return this.#fields.some(([field]) => field.toLowerCase() === name);
  }

  /** The value of Content-Length; undefined if there is none. */
  get contentLength(): number | undefined {
    const value = this.#fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
    return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  }

  /** Whether the connection is to be closed after the response. */
  get closesConnection(): boolean {
    return this.#fields.some(
      ([name, value]) => name.toLowerCase() === 'connection' && optionsOf(value).includes('close'),
    );
  }

  /** All fields except those in `without` (lower case), followed by `more`. */
  with(more: readonly (readonly [string, string])[], without: readonly string[]): string[] {
    const kept = this.#fields.filter(([name]) => !without.includes(name.toLowerCase()));
    // undici also accepts arrays as values here, although its types do not.
    return [...kept, ...more].flat() as string[];
  }
}

function checkField(name: string, value: Value, origin: URL): void {
  const field = name.toLowerCase();
  if (FORBIDDEN_FIELDS.includes(field)) throw argumentError(`invalid ${field} header`);
  if (field === 'host' && !isHostOf(value, origin)) {
    throw argumentError(`the Host field must be ${origin.host}, the host of the origin`);
  }
  if (field === 'content-length' && !/^\d{1,15}$/.test(String(value))) {
    throw argumentError('invalid content-length header');
  }
  if (field !== 'connection') return;
  if (optionsOf(value).some((option) => !CONNECTION_OPTIONS.includes(option))) {
    throw argumentError('the Connection field must be close or keep-alive');
  }
}

function rejectDuplicate(fields: readonly Field[], name: string): void {
  if (fields.filter(([field]) => field.toLowerCase() === name).length > 1) {
    throw argumentError(`duplicate ${name} header`);
  }
}

/** The options in a Connection field. */
function optionsOf(value: Value): string[] {
  return [value].flat().flatMap((text) => text.split(',').map((part) => part.trim().toLowerCase()));
}

function fieldsOf(headers: unknown): Field[] {
  return pairsOf(headers).flatMap(([name, value]) => {
    if (typeof name !== 'string') throw argumentError('header names must be strings');
    if (!isToken(name)) throw argumentError('Header name must be a valid HTTP token');
    if (value === undefined) return [];
    return [[name, Array.isArray(value) ? value.map(textOf(name)) : textOf(name)(value)] as const];
  });
}

function pairsOf(headers: unknown): (readonly [name: unknown, value: unknown])[] {
  if (headers === undefined || headers === null) return [];
  if (typeof headers !== 'object') throw argumentError('headers must be an object or an array');
  if (Array.isArray(headers)) {
    const flat = headers as unknown[];
    if (flat.length % 2 !== 0)
      throw argumentError('an array of headers must alternate names and values');
    return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]] as const] : []));
  }
  if (!(Symbol.iterator in headers)) return Object.entries(headers);
  return Array.from(headers as Iterable<unknown>, (pair) => {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return [name, value] as const;
  });
}

/** Converts a value as undici does. */
function textOf(name: string): (value: unknown) => string {
  return (value) => {
    if (value === null) return '';
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw argumentError(`invalid ${name} header`);
    }
    const text = String(value);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) {
      throw argumentError(`Invalid character in header content ["${name}"]`);
    }
    return text;
  };
}
