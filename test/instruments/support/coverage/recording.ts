/** What of SSPI each test drove, for docs/coverage.md. */

/** The packages of the system, those that hand calls to MIT Kerberos and Samba, or those that do what a test says. */
export const KINDS = ['real', 'bridge', 'scripted'] as const;
export type Kind = (typeof KINDS)[number];

/** A function of the addon by its name; flags as they were combined; anything else as its value. */
export type Value = number | string;

/** The values of each group of tools/generate/constants.json, and of `FUNCTION`. */
export type Driven = Record<string, readonly Value[]>;

/** The group of the addon's functions. */
export const FUNCTION = 'FUNCTION';

/** What the file of one test file holds. */
export interface RecordedFile {
  /** Below test, without its ending: `native/schannel`. */
  file: string;
  tests: Record<string, Partial<Record<Kind, Driven>>>;
}

function compare(a: Value, b: Value): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1;
}

type Groups = Map<string, Set<Value>>;

/** What the map has for the key, made where it has nothing. */
function present<Key, Element>(map: Map<Key, Element>, key: Key, make: () => Element): Element {
  let element = map.get(key);
  if (element === undefined) map.set(key, (element = make()));
  return element;
}

export class Recording {
  readonly #tests = new Map<string, Map<Kind, Groups>>();

  add(title: string, kind: Kind, group: string, value: Value): void {
    const kinds = present(this.#tests, title, () => new Map<Kind, Groups>());
    const groups = present(kinds, kind, (): Groups => new Map());
    present(groups, group, () => new Set<Value>()).add(value);
  }

  toFile(file: string): RecordedFile {
    const tests: RecordedFile['tests'] = {};
    for (const [title, kinds] of this.#tests) {
      const record: Partial<Record<Kind, Driven>> = {};
      for (const [kind, groups] of kinds) {
        record[kind] = Object.fromEntries(
          [...groups].map(([group, values]) => [group, [...values].sort(compare)]),
        );
      }
      tests[title] = record;
    }
    return { file, tests };
  }
}
