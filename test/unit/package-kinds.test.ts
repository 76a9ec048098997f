import { expect, test } from '@jest/globals';

import { packageKind } from '../../lib/core/package-kinds.js';

test.each([
  ['Schannel', 'tls'],
  ['Microsoft Unified Security Protocol Provider', 'tls'],
  ['Default TLS SSP', 'tls'],
  ['CREDSSP', 'credssp'],
  ['TSSSP', 'credssp'],
  ['WDigest', 'digest'],
  ['NTLM', 'ntlm'],
  ['Kerberos', 'kerberos'],
  ['Negotiate', 'negotiate'],
])('%s is of the kind %s, in any case', (name, kind) => {
  for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
    expect(packageKind(spelled)).toBe(kind);
  }
});

test.each([[''], ['Negotiate '], ['pku2u'], ['constructor'], ['__proto__']])(
  '%p is of no kind',
  (name) => {
    expect(packageKind(name)).toBeUndefined();
  },
);
