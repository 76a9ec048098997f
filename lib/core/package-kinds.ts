/**
 * What this package knows about security packages by their names. What depends
 * on the system (Wine or Windows) is in the addon's provider traits.
 */

export type PackageKind = 'tls' | 'credssp' | 'digest' | 'ntlm' | 'kerberos' | 'negotiate';

const KINDS: ReadonlyMap<string, PackageKind> = new Map<string, PackageKind>([
  ['schannel', 'tls'],
  ['microsoft unified security protocol provider', 'tls'],
  ['default tls ssp', 'tls'],
  ['credssp', 'credssp'],
  ['tsssp', 'credssp'],
  ['wdigest', 'digest'],
  ['ntlm', 'ntlm'],
  ['kerberos', 'kerberos'],
  ['negotiate', 'negotiate'],
]);

/** The kind of a Windows package by any of its names; undefined for third-party packages. */
export function packageKind(name: string): PackageKind | undefined {
  return KINDS.get(name.toLowerCase());
}
