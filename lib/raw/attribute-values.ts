/**
 * Attribute records as typed values and back: src-native/binding/attribute_values.cc
 * does the other half.
 */

import { argumentError } from '../core/errors.js';
import type { NativeToken } from '../binding/native-binding.js';
import { namesOf, ownRecord } from '../core/checks.js';
import type { FieldKind, RecordField } from './attribute-records.generated.js';
import { secPkgInfo } from './packages.js';
import { isUint32 } from './sec-buffers.js';
import { newTokenHandle } from './token-handle.js';

/** A certificate as DER, and the others that its owner sent with it. */
export interface CertificateContext {
  certificate: Buffer;
  /** Every certificate of the store that came with it, in no order. */
  store: Buffer[];
}

/** One claim of SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES. */
export interface Claim {
  name: string;
  /** An `AUTHZ_SECURITY_ATTRIBUTE_TYPE_` number of authz.h. */
  type: number;
  /** `AUTHZ_SECURITY_ATTRIBUTE_` bits of authz.h. */
  flags: number;
  /** Numbers as bigint (a boolean as 0n or 1n), text and SIDs as strings, octets as Buffer. */
  values: (bigint | string | Buffer | undefined)[];
}

/** How many elements of the addon's a SecPkgInfo is. */
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

/** The value of a record, from the elements that the addon gives for its fields. */
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
  if (kind === 'u32') {
    if (isUint32(value)) return value;
    throw argumentError(`${where} must be a whole number from 0 to 4294967295`);
  }
  if (kind === 'pointer') {
    if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value;
    throw argumentError(`${where} must be a bigint of 64 bits`);
  }
  if (value === undefined && kind === 'bytes') return value;
  if (value instanceof Uint8Array) return value;
  throw argumentError(`${where} must be a Uint8Array`);
}

/** The elements that the addon takes for the fields of a record. */
export function recordElements(fields: readonly RecordField[], value: unknown): unknown[] {
  const [[onlyName, onlyKind] = ['', 'u32'] as const] = fields;
  if (onlyName === '') return [checkedField(onlyKind, value, 'the value')];
  const names = namesOf<Record<string, unknown>>(fields.map(([name]) => [name, 'orUndefined']));
  const own = ownRecord(value, names, 'value');
  return fields.map(([name, kind]) => checkedField(kind, own[name], name));
}
