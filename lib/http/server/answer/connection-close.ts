/** As Node.js searches a Connection field of a response. */
const CLOSE = /(?:^|\W)close(?:$|\W)/i;

/** Whether the value of a Connection field ends the connection. */
export function hasConnectionClose(value: string): boolean {
  return CLOSE.test(value);
}
