import { describe, expect, test } from '@jest/globals';

import * as allConstants from '../../lib/constants/index.js';
import { ASC_REQ_EXTENDED_ERROR, type AscReq } from '../../lib/constants/asc-flags.js';
import {
  ISC_REQ_EXTENDED_ERROR,
  ISC_REQ_STREAM,
  type IscReq,
} from '../../lib/constants/isc-flags.js';
import { STATUS_TABLE } from '../../lib/constants/status.js';
import { ascReqBits, iscReqBits } from '../../lib/raw/flags.js';
import type {
  AcceptSecurityContextOptions,
  InitializeSecurityContextOptions,
} from '../../lib/raw/handshake-calls.js';
import { constants as table } from '../../tools/generate/constants.json';

interface Row {
  value: number | string;
  group: string;
  meaning: string;
}

const rows = Object.entries(table as Record<string, Row>);
const exported = allConstants as unknown as Record<string, number | bigint>;
const HELPERS = [
  'STATUS_TABLE',
  'WIN32_STATUS_TABLE',
  'ISC_REQ_NAMES',
  'ISC_RET_NAMES',
  'ASC_REQ_NAMES',
  'ASC_RET_NAMES',
];

const valueOf = (name: string) => Number(exported[name]);

describe('the constants', () => {
  test('are those of the table, each with its value', () => {
    expect(rows.length).toBeGreaterThan(500);
    const wanted = rows.map(([name, { value }]) => [
      name,
      typeof value === 'string' ? BigInt(value) : value,
    ]);
    expect(wanted.filter(([name, value]) => exported[name as string] !== value)).toEqual([]);
  });

  test('are no more than those of the table', () => {
    const names = Object.keys(exported).filter((name) => !HELPERS.includes(name));
    expect(names.filter((name) => !(name in table))).toEqual([]);
  });

  test('are unsigned', () => {
    expect(rows.filter(([name]) => (exported[name] ?? -1) < 0)).toEqual([]);
  });

  test.each([
    ['SEC_E_INVALID_HANDLE', 0x80090301],
    ['SEC_E_POLICY_NLTM_ONLY', 0x8009035f],
    ['SEC_E_ILLEGAL_MESSAGE', 0x80090326],
    ['SEC_E_APPLICATION_PROTOCOL_MISMATCH', 0x80090367],
    ['SEC_I_COMPLETE_NEEDED', 0x00090313],
    ['SECPKG_CRED_OUTBOUND', 2],
    ['SECPKG_ATTR_ACCESS_TOKEN', 18],
    ['SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES', 128],
    ['ASC_RET_ALLOCATED_MEMORY', 0x100],
    ['SECBUFFER_PKG_PARAMS', 3],
  ])('%s is what the headers say, not what some documentation says', (name, value) => {
    expect(valueOf(name)).toBe(value);
  });
});

describe('statuses', () => {
  const statusRows = rows.filter(([, { group }]) => ['STATUS', 'OTHER_STATUS'].includes(group));

  test('have one canonical name each', () => {
    const values = statusRows.map(([, { value }]) => value);
    expect(new Set(values).size).toBe(values.length);
    expect(STATUS_TABLE.size).toBe(values.length);
  });

  test('are in the table with that name and their meaning', () => {
    for (const [name, { value, meaning }] of statusRows) {
      expect(STATUS_TABLE.get(value as number)).toEqual([name, meaning]);
    }
  });

  test('are 32-bit numbers', () => {
    expect(statusRows.filter(([, { value }]) => Number(value) >>> 0 !== value)).toEqual([]);
  });
});

describe('flags of clients and of servers', () => {
  test.each([
    ['EXTENDED_ERROR', 0x4000, 0x8000],
    ['STREAM', 0x8000, 0x10000],
    ['INTEGRITY', 0x10000, 0x20000],
    ['IDENTIFY', 0x20000, 0x80000],
  ])('differ: %s', (name, client, server) => {
    expect(valueOf(`ISC_REQ_${name}`)).toBe(client);
    expect(valueOf(`ISC_RET_${name}`)).toBe(client);
    expect(valueOf(`ASC_REQ_${name}`)).toBe(server);
    expect(valueOf(`ASC_RET_${name}`)).toBe(server);
  });

  test.each([
    ['ISC_REQ_NULL_SESSION', 0x40000],
    ['ISC_RET_NULL_SESSION', 0x40000],
    ['ASC_REQ_ALLOW_NULL_SESSION', 0x100000],
    ['ASC_RET_NULL_SESSION', 0x100000],
    ['ISC_REQ_FRAGMENT_TO_FIT', 0x200000],
    ['ISC_RET_FRAGMENT_ONLY', 0x200000],
    ['ASC_REQ_FRAGMENT_TO_FIT', 0x800000],
    ['ASC_RET_FRAGMENT_ONLY', 0x800000],
    ['ISC_REQ_CALL_LEVEL', 0x1000],
    ['ISC_RET_CALL_LEVEL', 0x2000],
    ['ASC_REQ_CALL_LEVEL', 0x1000],
    ['ASC_RET_CALL_LEVEL', 0x2000],
    ['ISC_RET_INTERMEDIATE_RETURN', 0x1000],
    ['ASC_RET_THIRD_LEG_FAILED', 0x4000],
    ['ISC_REQ_PROMPT_FOR_CREDS', 0x40],
    ['ASC_REQ_SESSION_TICKET', 0x40],
    ['ISC_REQ_USE_SUPPLIED_CREDS', 0x80],
    ['ISC_REQ_MANUAL_CRED_VALIDATION', 0x80000],
    ['ASC_REQ_ALLOW_MISSING_BINDINGS', 0x10000000],
  ])('differ: %s', (name, value) => {
    expect(valueOf(name)).toBe(value);
  });

  test.each([
    ['DELEGATE', 1],
    ['MUTUAL_AUTH', 2],
    ['REPLAY_DETECT', 4],
    ['SEQUENCE_DETECT', 8],
    ['CONFIDENTIALITY', 0x10],
    ['USE_SESSION_KEY', 0x20],
    ['ALLOCATE_MEMORY', 0x100],
    ['DATAGRAM', 0x400],
    ['CONNECTION', 0x800],
    ['FRAGMENT_SUPPLIED', 0x2000],
  ])('agree: %s', (name, value) => {
    expect([valueOf(`ISC_REQ_${name}`), valueOf(`ASC_REQ_${name}`)]).toEqual([value, value]);
  });

  test('are different types: neither side takes the flags of the other', () => {
    // The checks are the expected errors: without one of them this does not compile.
    const wrong: InitializeSecurityContextOptions = {
      // @ts-expect-error -- a server flag for a client, in an array
      contextReq: [ASC_REQ_EXTENDED_ERROR],
    };
    const wrongAlone: InitializeSecurityContextOptions = {
      // @ts-expect-error -- and alone
      contextReq: ASC_REQ_EXTENDED_ERROR,
    };
    const wrongSide: AcceptSecurityContextOptions = {
      // @ts-expect-error -- a client flag for a server
      contextReq: [ISC_REQ_EXTENDED_ERROR],
    };
    // @ts-expect-error -- a number that nobody vouches for
    const number: IscReq = 0x4000;
    // @ts-expect-error -- a returned flag for a requested one
    const returned: AscReq = allConstants.ASC_RET_INTEGRITY;
    // What the types prevent: a server's EXTENDED_ERROR asks a client's package for a stream.
    expect(wrong.contextReq).toEqual([ISC_REQ_STREAM]);
    expect([wrongAlone.contextReq, wrongSide.contextReq, number, returned]).toEqual([
      0x8000,
      [0x4000],
      0x4000,
      0x20000,
    ]);
  });

  test('that have no name pass through iscReqBits and ascReqBits', () => {
    const client: InitializeSecurityContextOptions = { contextReq: iscReqBits(0x40000000) };
    const server: AcceptSecurityContextOptions = { contextReq: [ascReqBits(0x10000000)] };
    expect([client.contextReq, server.contextReq]).toEqual([0x40000000, [0x10000000]]);
  });
});
