import {
  ASC_RET_CONFIDENTIALITY,
  ASC_RET_DELEGATE,
  ASC_RET_IDENTIFY,
  ASC_RET_INTEGRITY,
  ASC_RET_MUTUAL_AUTH,
  ASC_RET_NULL_SESSION,
  ASC_RET_REPLAY_DETECT,
  ASC_RET_SEQUENCE_DETECT,
} from '../constants/asc-flags.js';
import { SECPKG_ATTR_FLAGS } from '../constants/context-attributes.js';
import {
  ISC_RET_CONFIDENTIALITY,
  ISC_RET_DELEGATE,
  ISC_RET_IDENTIFY,
  ISC_RET_INTEGRITY,
  ISC_RET_MUTUAL_AUTH,
  ISC_RET_NULL_SESSION,
  ISC_RET_REPLAY_DETECT,
  ISC_RET_SEQUENCE_DETECT,
} from '../constants/isc-flags.js';
import { ProviderTrait } from '../binding/provider-traits.js';
import { queryContextAttributes } from '../raw/context-attributes.js';
import { ascRetNames, iscRetNames } from '../raw/flags.js';
import { openContext, type ContextHandle } from '../raw/handles.js';

export type Side = 'client' | 'server';

/** The attributes that the package granted to an established context. */
export interface ContextAttributes {
  /** All granted attributes as bits: `ISC_RET_` of a client, `ASC_RET_` of a server. */
  readonly bits: number;
  /** The names of the bits. */
  readonly names: readonly string[];
  /** Messages can be encrypted. */
  readonly confidentiality: boolean;
  /** Messages can be signed. */
  readonly integrity: boolean;
  /** Repeated messages are detected. */
  readonly replayDetect: boolean;
  /** Lost and reordered messages are detected. */
  readonly sequenceDetect: boolean;
  /** The server proved its identity to the client. */
  readonly mutualAuth: boolean;
  /** The server may act as the client towards other servers. */
  readonly delegate: boolean;
  /** The server may identify the client, but not impersonate it. */
  readonly identify: boolean;
  /** The context is a null session: the client is anonymous. */
  readonly nullSession: boolean;
}

type NamedBit = Exclude<keyof ContextAttributes, 'bits' | 'names'>;

/** The attributes that can be required by name. */
export const REQUIRABLE = [
  'confidentiality',
  'integrity',
  'replayDetect',
  'sequenceDetect',
  'mutualAuth',
  'delegate',
  'identify',
] as const satisfies readonly NamedBit[];
/** An attribute that the option `require` accepts. */
export type RequirableAttribute = (typeof REQUIRABLE)[number];

export function isRequirable(name: unknown): name is RequirableAttribute {
  return (REQUIRABLE as readonly unknown[]).includes(name);
}

const BITS: Record<Side, Record<NamedBit, number>> = {
  client: {
    confidentiality: ISC_RET_CONFIDENTIALITY,
    integrity: ISC_RET_INTEGRITY,
    replayDetect: ISC_RET_REPLAY_DETECT,
    sequenceDetect: ISC_RET_SEQUENCE_DETECT,
    mutualAuth: ISC_RET_MUTUAL_AUTH,
    delegate: ISC_RET_DELEGATE,
    identify: ISC_RET_IDENTIFY,
    nullSession: ISC_RET_NULL_SESSION,
  },
  server: {
    confidentiality: ASC_RET_CONFIDENTIALITY,
    integrity: ASC_RET_INTEGRITY,
    replayDetect: ASC_RET_REPLAY_DETECT,
    sequenceDetect: ASC_RET_SEQUENCE_DETECT,
    mutualAuth: ASC_RET_MUTUAL_AUTH,
    delegate: ASC_RET_DELEGATE,
    identify: ASC_RET_IDENTIFY,
    nullSession: ASC_RET_NULL_SESSION,
  },
};

/**
 * The attributes of a package that does not write pfContextAttr. SECPKG_ATTR_FLAGS
 * reports only signing and sealing, on both sides as the client's bits.
 */
function bitsFromFlags(side: Side, context: ContextHandle): number {
  const flags = queryContextAttributes(context, SECPKG_ATTR_FLAGS);
  let bits = 0;
  if ((flags & ISC_RET_INTEGRITY) !== 0) bits |= BITS[side].integrity;
  if ((flags & ISC_RET_CONFIDENTIALITY) !== 0) bits |= BITS[side].confidentiality;
  return bits;
}

/** Whether the last leg reported the granted bits. Wine's NTLM reports none. */
function areWritten(contextAttr: number, context: ContextHandle): boolean {
  const { traits } = openContext(context).facts;
  return contextAttr !== 0 || (traits & ProviderTrait.contextAttributesNotWritten) === 0;
}

/**
 * The attributes that an established context lacks to detect messages that are
 * repeated, lost or reordered. A package that reports no bits uses NTLM's
 * signatures, which contain the number of the message.
 */
export function missingOrder(
  { replayDetect, sequenceDetect }: ContextAttributes,
  contextAttr: number,
  context: ContextHandle,
): RequirableAttribute[] {
  if (!areWritten(contextAttr, context)) return [];
  return [
    ...(replayDetect ? [] : (['replayDetect'] as const)),
    ...(sequenceDetect ? [] : (['sequenceDetect'] as const)),
  ];
}

/** Decodes the attributes of an established context from its last leg. */
export function grantedAttributes(
  side: Side,
  contextAttr: number,
  context: ContextHandle,
): ContextAttributes {
  const bits = areWritten(contextAttr, context) ? contextAttr : bitsFromFlags(side, context);
  const has = (name: NamedBit) => (bits & BITS[side][name]) !== 0;
  return Object.freeze({
    bits,
    names: Object.freeze(side === 'client' ? iscRetNames(bits) : ascRetNames(bits)),
    confidentiality: has('confidentiality'),
    integrity: has('integrity'),
    replayDetect: has('replayDetect'),
    sequenceDetect: has('sequenceDetect'),
    mutualAuth: has('mutualAuth'),
    delegate: has('delegate'),
    identify: has('identify'),
    nullSession: has('nullSession'),
  });
}
