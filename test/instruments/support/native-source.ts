/** Reads as much of the C++ sources as must agree with TypeScript. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..', '..', '..');

/** A source of the project without its comments. */
export function sourceOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '');
}

/** `kBadArgument` as TypeScript writes it. */
function camelCase(name: string): string {
  return name.replace(/^k([A-Z])/, (_, first: string) => first.toLowerCase());
}

function valueOf(expression: string): number {
  const shifted = /^1u? << (?<bit>\d+)$/.exec(expression)?.groups?.['bit'];
  if (shifted !== undefined) return 2 ** Number(shifted);
  if (expression === 'UINT32_MAX') return 0xffff_ffff;
  const value = Number(expression.replace(/u$/, ''));
  if (Number.isNaN(value)) throw new Error(`not a number that this reads: ${expression}`);
  return value;
}

/** The enumerators of an `enum` or `enum class`, by their names in TypeScript. */
export function enumOf(path: string, name: string): Record<string, number> {
  const body = new RegExp(`enum (?:class )?${name}\\b[^{;]*\\{(?<body>[^}]*)\\}`).exec(
    sourceOf(path),
  )?.groups?.['body'];
  if (body === undefined) throw new Error(`${path} has no enum ${name}`);
  let next = 0;
  const entries = body
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [enumerator = '', expression] = entry.split(/\s*=\s*/);
      const value = expression === undefined ? next : valueOf(expression);
      next = value + 1;
      return [camelCase(enumerator), value] as const;
    });
  return Object.fromEntries(entries);
}

/** The value of a `constexpr` number. */
export function constantOf(path: string, name: string): number {
  const found = new RegExp(`constexpr \\w+ ${name} = (?<value>[^;]+);`).exec(sourceOf(path));
  if (found?.groups?.['value'] === undefined) throw new Error(`${path} has no constant ${name}`);
  return valueOf(found.groups['value']);
}
