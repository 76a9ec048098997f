/** Longer names are not compared: they are not misspellings. */
const MAX_CHARACTERS = 40;
/** The shortest name that is matched as a prefix: `user` for `username`. */
const MIN_PREFIX = 4;

/**
 * Finds the name that a misspelt one probably means; undefined if none is close.
 *
 * @param names a name within a record has a dot: `authIdentity.user` is close
 * to `user`
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (name.length > MAX_CHARACTERS) return undefined;
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of names) {
    const last = candidate.slice(candidate.lastIndexOf('.') + 1).toLowerCase();
    const found = distance(wanted, last);
    if (found < least && (found <= misspelling(last) || isBeginning(wanted, last))) {
      nearest = candidate;
      least = found;
    }
  }
  return nearest;
}

/** How many letters of a name may differ. */
function misspelling({ length }: string): number {
  return Math.max(1, Math.floor(length / 4));
}

function isBeginning(one: string, other: string): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return shorter.length >= MIN_PREFIX && longer.startsWith(shorter);
}

/** Counts letters that are missing, superfluous, wrong, or swapped with the next one. */
function distance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const wrong = one[i - 1] === other[j - 1] ? 0 : 1;
      let cost = Math.min(cell(row, j - 1) + 1, cell(last, j) + 1, cell(last, j - 1) + wrong);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        cost = Math.min(cost, cell(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return cell(last, other.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
