import { SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS } from '../constants/credentials.js';
import { argumentError, SspiError } from '../core/errors.js';
import { native } from '../binding/native.js';
import { checkedBoolean, optionNames, ownRecord, requiredText } from '../core/checks.js';
import { accepted } from '../binding/refusals.js';
import { isFailure } from '../core/status.js';
import {
  CREDENTIAL_RECORDS,
  type CredentialAttributeValues,
} from './attribute-records.generated.js';
import { recordValue } from './attribute-values.js';
import { fieldsOf } from './context-attributes.js';
import { openCredential, type CredentialHandle } from './handles.js';

/**
 * A `SECPKG_CRED_ATTR_` constant, or one of Schannel's `SECPKG_ATTR_` constants,
 * that `queryCredentialsAttributes` supports.
 */
export type CredentialAttribute = keyof CredentialAttributeValues;

/**
 * Returns a decoded attribute of a credential.
 *
 * Calls QueryCredentialsAttributesW and frees the package's memory.
 *
 * Throws an `SspiError` (`SEC_E_UNSUPPORTED_FUNCTION` if the package does not
 * have the attribute, `SEC_E_NO_CREDENTIALS` and others), or an error with
 * `ERR_SECUR32_CLOSED` after `close()`.
 */
export function queryCredentialsAttributes<Attribute extends CredentialAttribute>(
  credential: CredentialHandle,
  attribute: Attribute,
): CredentialAttributeValues[Attribute] {
  const fields = fieldsOf(CREDENTIAL_RECORDS, attribute);
  const answer = native().queryCredentialsAttributes(openCredential(credential).native, attribute);
  const [status, ...elements] = accepted(answer);
  if (isFailure(status)) throw new SspiError('QueryCredentialsAttributes', status);
  return recordValue(fields, elements) as CredentialAttributeValues[Attribute];
}

/** SecPkgCredentials_KdcProxySettings: the KDC proxy (MS-KKDCP) to get Kerberos tickets from. */
export interface KdcProxySettings {
  /** The proxy: `host`, `host:port`, or `host:port:path`. At most 65,519 bytes in UTF-16. */
  proxyServer: string;
  /**
   * Whether to use only the proxy and never contact a domain controller directly.
   *
   * @defaultValue false
   */
  forceProxy?: boolean;
}

const KDC_PROXY_NAMES = optionNames<KdcProxySettings>({
  proxyServer: 'required',
  forceProxy: 'optional',
});

/** The value that `setCredentialsAttributes` takes for each attribute. */
export interface SettableCredentialAttributes {
  [SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS]: KdcProxySettings;
}
/** A `SECPKG_CRED_ATTR_` constant that `setCredentialsAttributes` supports. */
export type SettableCredentialAttribute = keyof SettableCredentialAttributes;

const KDC_PROXY_SETTINGS_V1 = 1;
const KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY = 1;
const HEADER_BYTES = 16;
const MAX_SERVER_BYTES = 0xffff - HEADER_BYTES;

/** The record: a header with offset and length of the server's name, then the name. */
function kdcProxyRecord(settings: unknown): Uint8Array {
  const { proxyServer, forceProxy = false } = ownRecord(settings, KDC_PROXY_NAMES, 'value');
  checkedBoolean(forceProxy, 'forceProxy');
  const server = Buffer.from(requiredText(proxyServer, 'proxyServer'), 'utf16le');
  if (server.length > MAX_SERVER_BYTES) throw argumentError('proxyServer is too long');
  const record = Buffer.alloc(HEADER_BYTES + server.length);
  record.writeUInt32LE(KDC_PROXY_SETTINGS_V1, 0);
  record.writeUInt32LE(forceProxy ? KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY : 0, 4);
  record.writeUInt16LE(HEADER_BYTES, 8);
  record.writeUInt16LE(server.length, 10);
  server.copy(record, HEADER_BYTES);
  return record;
}

/**
 * Sets an attribute of a credential: the KDC proxy of Kerberos and Negotiate.
 *
 * Calls SetCredentialsAttributesW.
 *
 * Throws an `SspiError` (`SEC_E_UNSUPPORTED_FUNCTION` if the package or the system
 * does not support the attribute, and others), or an error with
 * `ERR_SECUR32_CLOSED` after `close()`.
 */
export function setCredentialsAttributes<Attribute extends SettableCredentialAttribute>(
  credential: CredentialHandle,
  attribute: Attribute,
  value: SettableCredentialAttributes[Attribute],
): void {
  // Callers in JavaScript are not bound by the type.
  if ((attribute as number) !== SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS) {
    throw argumentError(`attribute ${String(attribute)} is not supported by this function`);
  }
  const answer = native().setCredentialsAttributes(openCredential(credential).native, attribute, [
    kdcProxyRecord(value),
  ]);
  const [status] = accepted(answer);
  if (isFailure(status)) throw new SspiError('SetCredentialsAttributes', status);
}
