import { afterEach, describe, expect, test } from '@jest/globals';

import {
  getClientNetwork,
  countOpenHandshakes,
  takeSlot,
  type ReleaseSlot,
} from '../../../../lib/http/server/logon/handshake-slots.js';

const taken: ReleaseSlot[] = [];

function take(address: string, handshakes = 10, handshakesPerAddress = 3): ReleaseSlot | undefined {
  const slot = takeSlot(address, { handshakes, handshakesPerAddress });
  if (typeof slot === 'string') return undefined;
  taken.push(slot);
  return slot;
}

/** How many of these are taken from one address, one after the other. */
const takeMany = (addresses: readonly string[], handshakes?: number, perAddress?: number): number =>
  addresses.filter((address) => take(address, handshakes, perAddress) !== undefined).length;

afterEach(() => {
  for (const release of taken.splice(0)) release();
  expect(countOpenHandshakes()).toBe(0);
});

describe('the network of a client', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['2001:DB8:1:2::7', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['fe80::1%16', 'fe80:0:0:0'],
    ['1::', '1:0:0:0'],
    ['1:2:3::', '1:2:3:0'],
    ['1:2:3::4:5', '1:2:3:0'],
    ['1::4:5:6:7:8', '1:0:0:4'],
    ['1::3:4:5:6:7:8', '1:0:3:4'],
    ['', ''],
    ['a name', 'a name'],
  ])('%j is %j', (address, network) => {
    expect(getClientNetwork(address)).toBe(network);
  });
});

describe('slots', () => {
  test('are counted by address', () => {
    expect(takeMany(Array<string>(5).fill('192.0.2.1'))).toBe(3);
    expect(takeMany(['192.0.2.2', '192.0.2.2', '::1'])).toBe(3);
  });

  test('are the same for IPv4 and what it looks like in IPv6', () => {
    expect(takeMany(['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:192.0.2.1', '192.0.2.1'])).toBe(3);
  });

  test('are the same for all of a network of IPv6', () => {
    const addresses = Array.from({ length: 50 }, (_, i) => `2001:db8:1:2:${i.toString(16)}::7`);
    expect(takeMany(addresses)).toBe(3);
    expect(takeMany(['2001:db8:1:3::1'])).toBe(1);
  });

  test('are counted together', () => {
    const addresses = Array.from({ length: 50 }, (_, i) => `192.0.2.${i}`);
    expect(takeMany(addresses)).toBe(10);
    expect(countOpenHandshakes()).toBe(10);
  });

  test('that were refused cost nothing', () => {
    takeMany(Array<string>(50).fill('192.0.2.1'));
    expect(countOpenHandshakes()).toBe(3);
  });

  test('are given back once', () => {
    const release = take('192.0.2.1');
    take('192.0.2.1');
    release?.();
    release?.();
    release?.();
    expect(countOpenHandshakes()).toBe(1);
    expect(takeMany(Array<string>(5).fill('192.0.2.1'))).toBe(2);
  });

  test('that are refused name the limit (S10)', () => {
    const limits = { handshakes: 4, handshakesPerAddress: 3 };
    takeMany(Array<string>(3).fill('192.0.2.1'), 4);
    expect(takeSlot('192.0.2.1', limits)).toBe('handshakesPerAddress');
    takeMany(['192.0.2.2'], 4);
    expect(takeSlot('192.0.2.2', limits)).toBe('handshakes');
    expect(takeSlot('192.0.2.1', limits)).toBe('handshakes');
  });

  test('are of no address behind a proxy', () => {
    expect(takeMany(Array<string>(50).fill('192.0.2.1'), 20, Infinity)).toBe(20);
  });
});
