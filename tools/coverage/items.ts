/** What docs/coverage.md has a row for: each function of the SSPI and each constant. */

import type { Value } from '../../test/instruments/support/coverage/recording.js';
import { FUNCTION } from '../../test/instruments/support/coverage/recording.js';

/** tools/generate/constants.json, as far as it is of use here. */
export interface ConstantsTable {
  groups: Readonly<Record<string, string>>;
  constants: Readonly<Record<string, { value: number | string; group: string }>>;
}

/** functions.json: what the addon exports for a function, or why nothing. */
export interface FunctionsTable {
  sspi: Readonly<Record<string, readonly string[]>>;
  /** Why, and which. */
  notBound: Readonly<Record<string, readonly string[]>>;
  /** Functions of Windows that are not of the SSPI. */
  beside: Readonly<Record<string, readonly string[]>>;
}

export interface Item {
  name: string;
  /** As it is shown; the functions of the addon for a function. */
  value: string;
  /** Why it cannot be driven at all. */
  reason?: string;
  isDrivenBy: (values: readonly Value[]) => boolean;
  /** Under which group its values are recorded. */
  recordedAs: string;
}

export interface Group {
  name: string;
  title: string;
  items: readonly Item[];
}

/** Groups whose values are combined. */
const BITS: readonly string[] = [
  ...['ISC_REQ', 'ISC_RET', 'ASC_REQ', 'ASC_RET'],
  ...['SECBUFFER_ATTR', 'SECPKG_FLAG', 'EXPORT', 'NEGO_INFO'],
];

/** Constants that stand in a group of other things. */
const RECORDED_AS: Readonly<Record<string, string>> = {
  SECBUFFER_VERSION: 'SecBufferDesc.ulVersion',
  SECPKG_ID_NONE: 'SECPKG_RPC_ID',
  SSL_SESSION_ENABLE_RECONNECTS: 'SSL_SESSION',
  SSL_SESSION_DISABLE_RECONNECTS: 'SSL_SESSION',
  SSL_SESSION_RECONNECT: 'SSL_SESSION',
  SECPKG_ATTR_CLIENT_CERT_POLICY: 'SECPKG_CRED_ATTR',
  SECPKG_ATTR_USE_NCRYPT: 'SECPKG_CRED_ATTR',
  CREDSSP_SERVER_AUTH_NEGOTIATE: 'CREDSSP_SERVER_AUTH',
  CREDSSP_SERVER_AUTH_CERTIFICATE: 'CREDSSP_SERVER_AUTH',
  CREDSSP_SERVER_AUTH_LOOPBACK: 'CREDSSP_SERVER_AUTH',
};
const GROUP_RECORDED_AS: Readonly<Record<string, string>> = { OTHER_STATUS: 'STATUS' };

function hasBits(combined: Value, bits: number): boolean {
  return (BigInt(combined) & BigInt(bits)) === BigInt(bits);
}

function constant(name: string, value: number | string, group: string): Item {
  const recordedAs = RECORDED_AS[name] ?? GROUP_RECORDED_AS[group] ?? group;
  const isBits = BITS.includes(group) && recordedAs === group;
  return {
    name,
    value: typeof value === 'string' ? value : `0x${value.toString(16)}`,
    recordedAs,
    isDrivenBy: (values) =>
      isBits && typeof value === 'number'
        ? values.some((combined) => hasBits(combined, value))
        : values.includes(value),
  };
}

function windowsFunction([name, calls]: [name: string, calls: readonly string[]]): Item {
  return {
    name,
    value: calls.map((call) => `\`${call}\``).join(', '),
    recordedAs: FUNCTION,
    isDrivenBy: (values) => calls.some((call) => values.includes(call)),
  };
}

function functionGroups({ sspi, notBound, beside }: FunctionsTable): Group[] {
  const absent = Object.entries(notBound).flatMap(([reason, names]) =>
    names.map((name) => ({ ...windowsFunction([name, []]), reason })),
  );
  return [
    {
      name: FUNCTION,
      title: 'functions of the SSPI',
      items: [...Object.entries(sspi).map(windowsFunction), ...absent],
    },
    {
      name: `${FUNCTION}_BESIDE`,
      title: 'functions of Windows beside the SSPI',
      items: Object.entries(beside).map(windowsFunction),
    },
  ];
}

/** All groups, the functions first. */
export function allGroups(functions: FunctionsTable, constants: ConstantsTable): Group[] {
  const rows = Object.entries(constants.constants);
  return [
    ...functionGroups(functions),
    ...Object.entries(constants.groups).map(([name, title]) => ({
      name,
      title,
      items: rows
        .filter(([, { group }]) => group === name)
        .map(([key, { value, group }]) => constant(key, value, group)),
    })),
  ];
}

/** Functions that were recorded and that the table does not know. */
export function unknownFunctions(functions: FunctionsTable, called: readonly Value[]): Value[] {
  const known = [functions.sspi, functions.beside].flatMap((table) => Object.values(table).flat());
  return called.filter((name) => !known.includes(String(name)));
}
