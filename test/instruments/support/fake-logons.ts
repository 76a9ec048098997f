/** Logons with the fake package: its answers, and tokens to send. */

import { fake, type LegAnswer } from './fake-native.js';
import { queueClient, type FakeClient } from './fake-tokens.js';

import { SECPKG_NEGOTIATION_COMPLETE } from '../../../lib/constants/context-attributes.js';
import {
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
} from '../../../lib/constants/status.js';

export const CONTINUE: LegAnswer = { status: SEC_I_CONTINUE_NEEDED, output: ['challenge'] };

export interface FakeLogon extends FakeClient {
  leg?: LegAnswer;
  /** The package that Negotiate chose; absent if it does not tell. */
  negotiated?: string;
}

/** Queues the last leg of a logon, and what the server then queries. */
export function queueLogon(logon: FakeLogon = {}): void {
  const { leg = {}, negotiated, token, ...client } = logon;
  fake.legAnswers.push(leg);
  queueClient({ token: token ?? {}, ...client });
  fake.attributeAnswers.push(
    negotiated === undefined
      ? [SEC_E_UNSUPPORTED_FUNCTION]
      : [0, SECPKG_NEGOTIATION_COMPLETE, 0, 1, 0, 0, negotiated, ''],
  );
}

/** The first and last NTLM message, with something to tell them apart. */
export const ntlmNegotiate = (text = ''): Buffer => ntlmMessage(1, text);
export const ntlmAuthenticate = (text = ''): Buffer => ntlmMessage(3, text);

function ntlmMessage(type: number, text: string): Buffer {
  return Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.of(type, 0, 0, 0), Buffer.from(text)]);
}
