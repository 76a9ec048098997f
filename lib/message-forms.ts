/** How the buffers of a message lie on the wire. */

import { SECBUFFER_DATA, SECBUFFER_STREAM, SECBUFFER_TOKEN } from './constants/sec-buffers.js';
import { SEC_E_INVALID_TOKEN } from './constants/status.js';
import { SspiError } from './errors.js';
import { packageKind } from './package-kinds.js';
import { ProviderTrait } from './provider-traits.js';
import type { MessageSecBuffer } from './raw/messages.js';

export interface MessageForm {
  /** Whether the token is sent behind the data, without padding, and not in front of it. */
  readonly tokenBehindData: boolean;
  /** The room that a token needs at least, whatever SECPKG_ATTR_SIZES says. */
  readonly tokenRoom: number;
  /** The buffers of DecryptMessage for a message that came. */
  readonly received: (message: Uint8Array) => MessageSecBuffer[];
}

/** The signature in front of an NTLM message. */
const NTLM_SIGNATURE_BYTES = 16;
/** More than a token of Kerberos has with any key. */
const KERBEROS_TOKEN_ROOM = 128;

/** The package finds the token by itself. */
function asStream(data: Uint8Array): MessageSecBuffer[] {
  return [{ type: SECBUFFER_STREAM, data }, { type: SECBUFFER_DATA }];
}

/** NTLM's message functions take no stream. */
function ntlmBuffers(message: Uint8Array): MessageSecBuffer[] {
  if (message.length < NTLM_SIGNATURE_BYTES) {
    throw new SspiError('DecryptMessage', SEC_E_INVALID_TOKEN);
  }
  return [
    { type: SECBUFFER_TOKEN, data: message.subarray(0, NTLM_SIGNATURE_BYTES) },
    { type: SECBUFFER_DATA, data: message.subarray(NTLM_SIGNATURE_BYTES) },
  ];
}

const STREAM: MessageForm = { tokenBehindData: false, tokenRoom: 0, received: asStream };
const NTLM: MessageForm = { tokenBehindData: false, tokenRoom: 0, received: ntlmBuffers };
const TOKEN_LAST: MessageForm = {
  tokenBehindData: true,
  tokenRoom: KERBEROS_TOKEN_ROOM,
  received: asStream,
};

/** The form of the messages of the package that did the logon. */
export function messageForm(packageName: string | undefined, traits: number): MessageForm {
  if (packageKind(packageName ?? '') === 'ntlm') return NTLM;
  return (traits & ProviderTrait.tokenBehindData) === 0 ? STREAM : TOKEN_LAST;
}
