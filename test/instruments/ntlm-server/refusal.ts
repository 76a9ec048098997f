/** Why a message is refused. */
export type RefusalReason =
  /** It is not what MS-NLMP describes. */
  | 'malformed'
  /** The peer does not offer what this side needs, or takes what was not offered. */
  | 'not negotiated'
  /** The user is not known, or does not know the password. */
  | 'logon denied'
  /** It is not as it was sent, or not the next one. */
  | 'altered';

/** A message that is not accepted. */
export class NtlmRefusal extends Error {
  override readonly name = 'NtlmRefusal';

  constructor(
    readonly reason: RefusalReason,
    details: string,
  ) {
    super(`${reason}: ${details}`);
  }
}

export function malformed(details: string): NtlmRefusal {
  return new NtlmRefusal('malformed', details);
}
