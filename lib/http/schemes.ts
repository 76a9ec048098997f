/** The HTTP authentication schemes of Windows, and their security packages. */

import { argumentError } from '../core/errors.js';
import { optionNames, ownRecord, requiredText } from '../core/checks.js';
import { packageKind } from '../core/package-kinds.js';

export const SCHEMES = ['Negotiate', 'NTLM'] as const;
/** An HTTP authentication scheme of Windows. */
export type Scheme = (typeof SCHEMES)[number];

/** Finds the scheme with this name, which is case-insensitive. */
export function findScheme(name: string): Scheme | undefined {
  const wanted = name.toLowerCase();
  return SCHEMES.find((known) => known.toLowerCase() === wanted);
}

export function checkedSchemes(schemes: unknown = ['Negotiate']): readonly Scheme[] {
  if (!Array.isArray(schemes) || schemes.length === 0) {
    throw argumentError(`schemes must be an array of ${SCHEMES.join(' or ')}, or both`);
  }
  const list = Array.from(schemes as unknown[], (scheme) => {
    const known = SCHEMES.find((name) => name === scheme);
    if (known === undefined) {
      throw argumentError(`schemes: '${String(scheme)}' is not one of ${SCHEMES.join(', ')}`);
    }
    return known;
  });
  if (new Set(list).size < list.length)
    throw argumentError('schemes must not contain a scheme twice');
  return Object.freeze(list);
}

const PACKAGE_NAMES = optionNames<Partial<Record<Scheme, string>>>({
  Negotiate: 'optional',
  NTLM: 'optional',
});

export function checkedPackages(packages: unknown = {}): Readonly<Record<Scheme, string>> {
  const own = ownRecord(packages, PACKAGE_NAMES, 'packages');
  const result: Record<Scheme, string> = { Negotiate: 'Negotiate', NTLM: 'NTLM' };
  for (const scheme of SCHEMES) {
    if (!(scheme in own)) continue;
    const name = requiredText(own[scheme], `packages.${scheme}`);
    const kind = packageKind(name);
    if (kind === 'tls' || kind === 'digest') {
      throw argumentError(
        `packages.${scheme}: the package '${name}' does not support ${scheme} over HTTP`,
      );
    }
    result[scheme] = name;
  }
  return Object.freeze(result);
}
