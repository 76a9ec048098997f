import { requiredText } from '../core/checks.js';
import { SEC_E_INTERNAL_ERROR } from '../constants/status.js';
import { SspiError, type SspiCall } from '../core/errors.js';
import type { PackagesTuple } from '../binding/native-binding.js';
import { native } from '../binding/native.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';

/** A security package of this system (SecPkgInfo). */
export interface SecPkgInfo {
  /** `SECPKG_FLAG_` bits. */
  capabilities: number;
  /** The version of the package's protocol. */
  version: number;
  /** The `RPC_C_AUTHN_` number of the package; 0xFFFF if it has none. */
  rpcId: number;
  /** The largest token, in bytes. */
  maxToken: number;
  /** The name of the package: `'Negotiate'`. */
  name: string;
  /** A description of the package; `''` if it has none. */
  comment: string;
}

const ELEMENTS = 6;

/** Decodes a package from six elements of the addon; undefined if there is none. */
export function secPkgInfo(elements: readonly unknown[]): SecPkgInfo | undefined {
  if (elements[0] === undefined) return undefined;
  const [capabilities, version, rpcId, maxToken, name, comment] = elements as [
    number,
    number,
    number,
    number,
    string | undefined,
    string | undefined,
  ];
  return { capabilities, version, rpcId, maxToken, name: name ?? '', comment: comment ?? '' };
}

function packages(call: SspiCall, [status, ...elements]: PackagesTuple): SecPkgInfo[] {
  if (isFailure(status)) throw new SspiError(call, status);
  const list: SecPkgInfo[] = [];
  for (let i = 0; i < elements.length; i += ELEMENTS) {
    const info = secPkgInfo(elements.slice(i, i + ELEMENTS));
    if (info !== undefined) list.push(info);
  }
  return list;
}

/**
 * Lists the security packages of this system.
 *
 * Calls EnumerateSecurityPackagesW. Throws an `SspiError`.
 */
export function enumerateSecurityPackages(): SecPkgInfo[] {
  return packages('EnumerateSecurityPackages', accepted(native().enumerateSecurityPackages()));
}

/**
 * Returns the security package with this name.
 *
 * Calls QuerySecurityPackageInfoW. Throws an `SspiError`
 * (`SEC_E_SECPKG_NOT_FOUND` if this system has no such package).
 */
export function querySecurityPackageInfo(name: string): SecPkgInfo {
  const call = 'QuerySecurityPackageInfo';
  const answer = native().querySecurityPackageInfo(requiredText(name, 'name'));
  const [info] = packages(call, accepted(answer));
  if (info === undefined) throw new SspiError(call, SEC_E_INTERNAL_ERROR);
  return info;
}
