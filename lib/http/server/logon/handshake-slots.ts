/** How many logons are under way, in this thread and by address. */

import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** Gives the slot back; once, however often it is called. */
export type ReleaseSlot = () => void;

let open = 0;
const openOf = new Map<string, number>();

/** What a client has one of, and not any number: an IPv4 address, or an IPv6 network of 64 bits. */
export function clientNetwork(address: string): string {
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

/** A slot for one more logon; undefined where there are too many. */
export function takeSlot(
  address: string,
  limits: { handshakes: number; handshakesPerAddress: number },
): ReleaseSlot | undefined {
  const network = clientNetwork(address);
  const ofNetwork = openOf.get(network) ?? 0;
  if (open >= limits.handshakes || ofNetwork >= limits.handshakesPerAddress) return undefined;
  open += 1;
  openOf.set(network, ofNetwork + 1);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    open -= 1;
    const left = (openOf.get(network) ?? 1) - 1;
    if (left > 0) openOf.set(network, left);
    else openOf.delete(network);
  };
}

/** How many logons are under way in this thread. */
export function openHandshakes(): number {
  return open;
}
