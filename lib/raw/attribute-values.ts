/**
 * Decodes and encodes attribute records: the counterpart of
 * src-native/binding/attribute_values.cc.
 */

import { argumentError } from '../core/errors.js';
import type { NativeToken } from '../binding/native-binding.js';
import { checkedBytes, checkedUint32, namesOf, ownRecord } from '../core/checks.js';
import type { FieldKind, RecordField } from './attribute-records.generated.js';
import type { CertificateContext, Claim } from './attribute-types.js';
import { secPkgInfo } from './packages.js';
import { newTokenHandle } from './token-handle.js';

/** The number of elements that the addon returns for a SecPkgInfo. */
const PACKAGE_ELEMENTS = 6;

function claims(elements: readonly (readonly unknown[])[]): Claim[] {
  return elements.map(([name, type, flags, values]) => ({
    name: (name as string | undefined) ?? '',
    type: type as number,
    flags: flags as number,
    values: values as Claim['values'],
  }));
}

function readField(kind: FieldKind, elements: readonly unknown[]): unknown {
  const [first] = elements;
  switch (kind) {
    case 'flag':
      return first !== 0;
    case 'bytes':
    case 'secret':
      return first ?? Buffer.alloc(0);
    case 'package':
      return secPkgInfo(elements);
    case 'claims':
      return claims(first as readonly (readonly unknown[])[]);
    case 'token':
      return first === undefined ? undefined : newTokenHandle(first as NativeToken);
    case 'certificate': {
      if (first === undefined) return undefined;
      const [certificate, ...store] = first as [Buffer, ...Buffer[]];
      return { certificate, store } satisfies CertificateContext;
    }
    default:
      return first;
  }
}

/** Decodes the elements that the addon returns for the fields of a record. */
export function recordValue(fields: readonly RecordField[], elements: readonly unknown[]): unknown {
  const value: Record<string, unknown> = {};
  let next = 0;
  for (const [name, kind] of fields) {
    const count = kind === 'package' ? PACKAGE_ELEMENTS : 1;
    const read = readField(kind, elements.slice(next, next + count));
    if (name === '') return read;
    value[name] = read;
    next += count;
  }
  return value;
}

function checkedField(kind: FieldKind, value: unknown, where: string): unknown {
  if (kind === 'u32') return checkedUint32(value, where);
  if (kind === 'pointer') {
    if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value;
    throw argumentError(`${where} must be an unsigned 64-bit bigint`);
  }
  if (value === undefined && kind === 'bytes') return value;
  return checkedBytes(value, where);
}

/** Encodes a value as the elements that the addon takes for the fields of a record. */
export function recordElements(fields: readonly RecordField[], value: unknown): unknown[] {
  const [[onlyName, onlyKind] = ['', 'u32'] as const] = fields;
  if (onlyName === '') return [checkedField(onlyKind, value, 'the value')];
  const names = namesOf<Record<string, unknown>>(fields.map(([name]) => [name, 'orUndefined']));
  const own = ownRecord(value, names, 'value');
  return fields.map(([name, kind]) => checkedField(kind, own[name], name));
}
