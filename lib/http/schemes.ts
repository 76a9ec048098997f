/** The schemes by which Windows logs on over HTTP, and the security packages behind them. */

import { argumentError } from '../core/errors.js';
import { optionNames, ownRecord, requiredText } from '../core/checks.js';
import { packageKind } from '../core/package-kinds.js';

export const SCHEMES = ['Negotiate', 'NTLM'] as const;
/** The HTTP authentication schemes of Windows. */
export type Scheme = (typeof SCHEMES)[number];

/** The scheme of that name, in any case. */
export function schemeOf(name: string): Scheme | undefined {
  const wanted = name.toLowerCase();
  return SCHEMES.find((known) => known.toLowerCase() === wanted);
}

export function checkedSchemes(schemes: unknown = ['Negotiate']): readonly Scheme[] {
  if (!Array.isArray(schemes) || schemes.length === 0) {
    throw argumentError(`schemes must be an array with ${SCHEMES.join(' or ')}`);
  }
  const list = Array.from(schemes as unknown[], (scheme) => {
    const known = SCHEMES.find((name) => name === scheme);
    if (known === undefined) {
      throw argumentError(`schemes: ${String(scheme)} is not one of ${SCHEMES.join(', ')}`);
    }
    return known;
  });
  if (new Set(list).size < list.length) throw argumentError('schemes names one twice');
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
      throw argumentError(`packages.${scheme}: ${name} does no logon by tokens of HTTP`);
    }
    result[scheme] = name;
  }
  return Object.freeze(result);
}
