import { ClientContext, type ClientContextOptions } from '../../../lib/context/client-context.js';
import { Credentials, type CredentialsOptions } from '../../../lib/context/credentials.js';
import { ServerContext, type ServerContextOptions } from '../../../lib/context/server-context.js';
import { expectNothingLive } from './live-counts.js';

export interface Pair {
  client: ClientContext;
  server: ServerContext;
}

const open: { close: () => void }[] = [];

/** For afterEach: closes what the test opened, and expects that all of it is given back. */
export async function closePairs(): Promise<void> {
  for (const closable of open.splice(0).reverse()) closable.close();
  await expectNothingLive();
}

export interface PairOptions {
  package: string;
  authIdentity?: CredentialsOptions['authIdentity'];
  /** The client's, which stay the caller's; otherwise they are acquired. */
  credentials?: Credentials;
  client?: ClientContextOptions;
  server?: ServerContextOptions;
}

/** Both sides of a logon, before their first step. */
export async function openPair(options: PairOptions): Promise<Pair> {
  const { package: packageName, authIdentity } = options;
  const acquire = async () => {
    const acquired = await Credentials.acquire({
      package: packageName,
      use: 'outbound',
      ...(authIdentity && { authIdentity }),
    });
    open.push(acquired);
    return acquired;
  };
  const outbound = options.credentials ?? (await acquire());
  const inbound = await Credentials.acquire({ package: packageName, use: 'inbound' });
  open.push(inbound);
  const client = new ClientContext(outbound, options.client);
  const server = new ServerContext(inbound, options.server);
  open.push(client, server);
  return { client, server };
}

/**
 * Hands tokens to and fro until nobody has one to send; returns them in order,
 * the client's first.
 */
export async function exchange({ client, server }: Pair): Promise<Buffer[]> {
  const tokens: Buffer[] = [];
  let token = (await client.step()).token;
  while (token !== undefined && tokens.length < 20) {
    tokens.push(token);
    const receiver = tokens.length % 2 === 1 ? server : client;
    token = (await receiver.step(token)).token;
  }
  return tokens;
}
