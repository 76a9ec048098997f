/** What the value of an attribute looks like, by the fields of its record. */

import { expect } from '@jest/globals';

import type { FieldKind, RecordField } from '../../../lib/raw/attribute-records.generated.js';
import { TokenHandle } from '../../../lib/raw/token-handle.js';

const isArrayOf = (value: unknown, type: string) =>
  Array.isArray(value) && value.every((each) => typeof each === type);

function isOfKind(kind: FieldKind, value: unknown): boolean {
  switch (kind) {
    case 'u8':
    case 'u16':
    case 'u32':
      return Number.isInteger(value);
    case 'flag':
      return typeof value === 'boolean';
    case 'pointer':
    case 'time':
      return typeof value === 'bigint';
    case 'text':
      return value === undefined || typeof value === 'string';
    case 'inlineText':
      return typeof value === 'string';
    case 'bytes':
    case 'secret':
    case 'inlineBytes':
    case 'opaque':
    case 'record':
      return Buffer.isBuffer(value);
    case 'words16':
    case 'words32':
      return isArrayOf(value, 'number');
    case 'blobs':
      return Array.isArray(value) && value.every((each) => Buffer.isBuffer(each));
    case 'claims':
      return isArrayOf(value, 'object');
    case 'token':
      return value === undefined || value instanceof TokenHandle;
    case 'package':
    case 'certificate':
      return value === undefined || typeof value === 'object';
  }
}

/** Expects the shape, and closes what is to be closed. */
export function expectShape(fields: readonly RecordField[], value: unknown): void {
  for (const [name, kind] of fields) {
    const field = name === '' ? value : (value as Record<string, unknown>)[name];
    expect({ name, kind, is: isOfKind(kind, field) }).toEqual({ name, kind, is: true });
    if (field instanceof TokenHandle) field.close();
  }
}
