/** Logons of a ClientContext over HTTP, leg by leg, on one socket. */

import { ClientContext, type ClientContextOptions } from '../../../lib/context/client-context.js';
import { Credentials } from '../../../lib/context/credentials.js';
import type { Account } from './system.js';
import type { WireClient, WireRequest, WireResponse } from './http-wire.js';

export interface HttpLogonOptions {
  package: string;
  scheme?: 'Negotiate' | 'NTLM';
  authIdentity?: Account;
  client?: ClientContextOptions;
  /** What each request of the logon contains besides its token. */
  request?: WireRequest;
}

const open: { close: () => void }[] = [];

/** For afterEach. */
export function closeHttpLogons(): void {
  for (const closable of open.splice(0).reverse()) closable.close();
}

/** The client's side of a logon, whose legs the test runs one by one. */
export class HttpLogon {
  readonly context: ClientContext;
  readonly #options: HttpLogonOptions;

  private constructor(context: ClientContext, options: HttpLogonOptions) {
    this.context = context;
    this.#options = options;
  }

  static async begin(options: HttpLogonOptions): Promise<HttpLogon> {
    const { package: packageName, authIdentity } = options;
    const credentials = await Credentials.acquire({
      package: packageName,
      use: 'outbound',
      ...(authIdentity && { authIdentity }),
    });
    open.push(credentials);
    const context = new ClientContext(credentials, options.client);
    open.push(context);
    return new HttpLogon(context, options);
  }

  /** The request of the next leg; undefined if the package makes no further token. */
  async next(answer?: WireResponse): Promise<WireRequest | undefined> {
    const { token } = await this.context.step(answer?.token);
    const { scheme = 'NTLM', request = {} } = this.#options;
    return token === undefined ? undefined : { ...request, scheme, token };
  }

  /** Sends the legs over a connection until the answer asks for no further one. */
  async run(connection: WireClient): Promise<WireResponse> {
    let answer: WireResponse | undefined;
    for (;;) {
      const request = await this.next(answer);
      if (request === undefined) {
        if (answer === undefined) throw new Error('the package has nothing to say');
        return answer;
      }
      answer = await connection.request(request);
      if (answer.status !== 401 || answer.token === undefined) return answer;
    }
  }
}

/** A complete logon. */
export async function logOnOverHttp(
  connection: WireClient,
  options: HttpLogonOptions,
): Promise<{ response: WireResponse; context: ClientContext }> {
  const logon = await HttpLogon.begin(options);
  return { response: await logon.run(connection), context: logon.context };
}
