/** Messages of NTLM with names in them, and nothing else that is right. */

const UNICODE = 1;

/** A CHALLENGE_MESSAGE with these AV_PAIRs: 2 is the NetBIOS name of the domain. */
export function challengeOf(
  pairs: Readonly<Record<number, string>>,
  { unicode = true } = {},
): Buffer {
  const info = Buffer.concat([
    ...Object.entries(pairs).map(([id, name]) => {
      const value = Buffer.from(name, 'utf16le');
      const head = Buffer.alloc(4);
      head.writeUInt16LE(Number(id));
      head.writeUInt16LE(value.length, 2);
      return Buffer.concat([head, value]);
    }),
    Buffer.alloc(4),
  ]);
  const message = Buffer.alloc(56);
  message.write('NTLMSSP\0\x02', 'latin1');
  message.writeUInt32LE(unicode ? UNICODE : 0, 20);
  writeField(message, 40, info.length, message.length);
  return Buffer.concat([message, info]);
}

/** An AUTHENTICATE_MESSAGE of this account. */
export function claimOf(domain: string, user: string, { unicode = true } = {}): Buffer {
  const encoding = unicode ? 'utf16le' : 'latin1';
  const names = [Buffer.from(domain, encoding), Buffer.from(user, encoding)] as const;
  const message = Buffer.alloc(72);
  message.write('NTLMSSP\0\x03', 'latin1');
  message.writeUInt32LE(unicode ? UNICODE : 0, 60);
  writeField(message, 28, names[0].length, message.length);
  writeField(message, 36, names[1].length, message.length + names[0].length);
  return Buffer.concat([message, ...names]);
}

function writeField(message: Buffer, at: number, length: number, offset: number): void {
  message.writeUInt16LE(length, at);
  message.writeUInt16LE(length, at + 2);
  message.writeUInt32LE(offset, at + 4);
}
