import type { ConnectOptions } from '../../../lib/http/client/options.js';

/** For `connect.lookup` of HTTP clients: every name is this machine's. */
export const lookupLoopback: NonNullable<ConnectOptions['lookup']> = (_, options, found) => {
  if (options.all === true) found(null, [{ address: '127.0.0.1', family: 4 }]);
  else found(null, '127.0.0.1', 4);
};
