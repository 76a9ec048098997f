/** Counts the pending logons, in this thread and by address. */

import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** Releases the slot. Idempotent. */
export type ReleaseSlot = () => void;

let open = 0;
const openByNetwork = new Map<string, number>();

/** What a client cannot have any number of: its IPv4 address, or the /64 network of its IPv6 address. */
export function getClientNetwork(address: string): string {
  const mapped = /^::ffff:(?<ipv4>[\d.]+)$/i.exec(address)?.groups?.['ipv4'];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = new SocketAddress({ address: plain, family: 'ipv6' }).address.split(
    '::',
  );
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(8 - groups.length - rest.length).fill('0');
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}

/** The limit that allows no more logons. */
export type FullLimit = 'handshakes' | 'handshakesPerAddress';

/** Takes a slot for one more logon; if there are too many, returns the limit that was reached. */
export function takeSlot(
  address: string,
  limits: { handshakes: number; handshakesPerAddress: number },
): ReleaseSlot | FullLimit {
  const network = getClientNetwork(address);
  const ofNetwork = openByNetwork.get(network) ?? 0;
  if (open >= limits.handshakes) return 'handshakes';
  if (ofNetwork >= limits.handshakesPerAddress) return 'handshakesPerAddress';
  open += 1;
  openByNetwork.set(network, ofNetwork + 1);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    open -= 1;
    const left = (openByNetwork.get(network) ?? 1) - 1;
    if (left > 0) openByNetwork.set(network, left);
    else openByNetwork.delete(network);
  };
}

/** The number of pending logons in this thread. */
export function countOpenHandshakes(): number {
  return open;
}
