/** FILETIME: 100-nanosecond ticks since 1601. */
const TICKS_PER_MILLISECOND = 10_000n;
const UNIX_EPOCH_IN_TICKS = 116_444_736_000_000_000n;
/**
 * Packages write 0x7FFFFF36D5969FFF for "never". Converted to local time it can
 * be up to a day less or more.
 */
const ONE_DAY = 864_000_000_000n;
const FOREVER = 0x7fff_ff36_d596_9fffn - ONE_DAY;
/** The latest time that a Date can represent, in milliseconds. */
const LAST_DATE = 8_640_000_000_000_000n;

/**
 * Converts an SSPI expiry to a Date; undefined for "never" and "not set".
 *
 * SSPI writes local time. It is converted back to UTC with today's offset, the
 * one that Windows used; around a change to or from daylight saving time the
 * result can be an hour off.
 */
export function expiryDate(
  expiry: bigint,
  minutesBehindUtc: number = new Date().getTimezoneOffset(),
): Date | undefined {
  if (expiry <= 0n || expiry >= FOREVER) return undefined;
  const local = (expiry - UNIX_EPOCH_IN_TICKS) / TICKS_PER_MILLISECOND;
  const utc = local + BigInt(Math.round(minutesBehindUtc * 60_000));
  if (utc > LAST_DATE || utc < -LAST_DATE) return undefined;
  return new Date(Number(utc));
}
