/** Agents of node:http and node:https whose connections are logged on. */

import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { IDENTITY_NAMES, requiredText } from '../../auth-identity.js';
import { argumentError } from '../../errors.js';
import { optionNames, ownRecord } from '../../option-checks.js';
import { closedError } from '../../raw/closed-error.js';
import { ClientCredentials } from './client-credentials.js';
import { connectionLost } from './lost-connection.js';
import { Memories } from './memories.js';
import {
  checkedLogonOptions,
  LOGON_KINDS,
  ownLogonOptions,
  type ConnectOptions,
  type LogonOptions,
  type LogonSettings,
} from './options.js';
import { Party } from './party.js';
import { logOnByProbe, type Probe } from './probe.js';
import { openPlain, openTls } from './sockets.js';

export interface IntegratedHttpAgentOptions extends LogonOptions {
  /**
   * The request by which a new connection is logged on: `GET /` by default. It
   * must be one that changes nothing, and for which the server wants a logon. A
   * HEAD is for servers whose 401 has a Content-Length then, too.
   */
  probe?: { method?: Probe['method']; path?: string };
  /** The most connections to one host: `maxSockets` of Node's agents. No bound by default. */
  maxSockets?: number;
}

const METHODS: readonly unknown[] = ['GET', 'HEAD'];
const PROBE_NAMES = optionNames<NonNullable<IntegratedHttpAgentOptions['probe']>>({
  method: 'optional',
  path: 'optional',
});
const NAMES = optionNames<IntegratedHttpAgentOptions>(
  { ...LOGON_KINDS, probe: 'optional', maxSockets: 'optional' },
  { authIdentity: IDENTITY_NAMES, probe: PROBE_NAMES },
);

function ownAgentOptions(
  options: IntegratedHttpAgentOptions,
): Readonly<IntegratedHttpAgentOptions> {
  return ownLogonOptions(options, NAMES, 'an agent');
}

type Created = (error: Error | null, socket: Duplex) => void;

/** What both agents do. */
class ProbedConnections {
  readonly #protocol: 'http:' | 'https:';
  readonly #settings: LogonSettings;
  readonly #probe: Probe;
  readonly #credentials: ClientCredentials;
  readonly #memories = new Memories();
  readonly #ended = new AbortController();

  /** @param options as `ownAgentOptions` read them */
  constructor(protocol: 'http:' | 'https:', options: IntegratedHttpAgentOptions) {
    this.#protocol = protocol;
    this.#settings = checkedLogonOptions(options);
    this.#probe = checkedProbe(options.probe);
    this.#credentials = new ClientCredentials(this.#settings, options.authIdentity);
  }

  /** A connection for `createConnection`, when it is logged on. */
  create(options: ClientRequestArgs, created: Created | undefined): void {
    if (created === undefined) throw argumentError('createConnection needs a callback');
    this.#open(options).then(
      (socket) => {
        created(null, socket);
      },
      (error: unknown) => {
        // Node's own type has a socket here, too.
        (created as (error: unknown) => void)(error);
      },
    );
  }

  close(): void {
    this.#ended.abort(closedError('the agent'));
    this.#credentials.close();
  }

  async #open(options: ClientRequestArgs): Promise<Socket> {
    this.#ended.signal.throwIfAborted();
    const url = this.#url(options);
    for (let tries = 0; tries < 2; tries++) {
      const socket = await this.#openOnce(url, options);
      if (socket !== undefined) return socket;
    }
    throw connectionLost('the server closed the connection between two legs of a logon');
  }

  /** undefined where it was closed in the middle of the logon. */
  async #openOnce(url: URL, options: ClientRequestArgs): Promise<Socket | undefined> {
    const { signal } = this.#ended;
    const { limits, connect } = this.#settings;
    const sockets = {
      connect: { ...connect, ...(options as ConnectOptions) },
      timeoutMs: limits.connectTimeoutMs,
    };
    const open = this.#protocol === 'https:' ? openTls : openPlain;
    const socket = await open(url, sockets, signal);
    const server = this.#party(url, socket);
    if (!server.allowed) return socket;
    const stop = () => {
      server.close();
      socket.destroy();
    };
    signal.addEventListener('abort', stop);
    try {
      if (await logOnByProbe(socket, url.host, this.#probe, server, limits)) return socket;
      socket.destroy();
      return undefined;
    } catch (error) {
      socket.destroy();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      server.close();
    }
  }

  #url({ host, port, socketPath }: ClientRequestArgs): URL {
    if (socketPath !== undefined && socketPath !== null) {
      throw argumentError('an agent that logs on does not connect to a socketPath');
    }
    const name = host ?? 'localhost';
    const authority = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
    const url = new URL(`${this.#protocol}//${authority}`);
    if (port !== undefined && port !== null) url.port = String(port);
    return url;
  }

  #party(url: URL, socket: Socket): Party {
    return new Party(
      'server',
      {
        url,
        names: this.#settings,
        logon: this.#settings,
        mutualAuth: false,
        unasked: false,
        credentials: this.#credentials,
        memory: this.#memories.of(url.origin),
      },
      socket,
    );
  }
}

function checkedProbe(probe: unknown = {}): Probe {
  const { method = 'GET', path = '/' } = ownRecord(probe, PROBE_NAMES, 'probe');
  if (!METHODS.includes(method)) throw argumentError('probe.method must be GET or HEAD');
  const text = requiredText(path, 'probe.path');
  if (!text.startsWith('/')) throw argumentError('probe.path must begin with /');
  return { method, path: text };
}

function agentOptions({ maxSockets }: IntegratedHttpAgentOptions): AgentOptions {
  return { keepAlive: true, ...(maxSockets !== undefined && { maxSockets }) };
}

/**
 * An `http.Agent` whose connections to `hosts` are logged on, for what takes
 * such agents: `http.request({ agent })` and libraries built on it.
 *
 * Each new connection is logged on by a request of its own, the probe, before it
 * carries others. So it serves only where the server keeps a logon for the
 * connection: NTLM, and Kerberos where the server says `Persistent-Auth: true`
 * (IIS does). With others a request fails with
 * `ERR_SECUR32_CONNECTION_NOT_LOGGED_ON`; `IntegratedAgent` and
 * `integratedFetch` speak to all of them and should be preferred.
 *
 * The agent does not see responses. If a server forgets the logon of a
 * connection, its 401 goes to whoever made the request. There is neither a
 * proxy nor proof of the server (`mutualAuth`). Connections to other hosts are
 * plain ones.
 */
export class IntegratedHttpAgent extends HttpAgent {
  readonly #connections: ProbedConnections;

  /** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  constructor(options: IntegratedHttpAgentOptions) {
    const own = ownAgentOptions(options);
    super(agentOptions(own));
    this.#connections = new ProbedConnections('http:', own);
  }

  /** Called by Node.js for each new connection. */
  override createConnection(options: ClientRequestArgs, created?: Created): undefined {
    this.#connections.create(options, created);
    return undefined;
  }

  /** Ends all connections, gives the credentials back and makes no more of either. */
  override destroy(): void {
    super.destroy();
    this.#connections.close();
  }
}

/** The same for `https.request`. A logon is tied to the TLS connection that it runs in (`channelBindings`). */
export class IntegratedHttpsAgent extends HttpsAgent {
  readonly #connections: ProbedConnections;

  /** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  constructor(options: IntegratedHttpAgentOptions) {
    const own = ownAgentOptions(options);
    const withoutSessions: HttpsAgentOptions = { ...agentOptions(own), maxCachedSessions: 0 };
    super(withoutSessions);
    this.#connections = new ProbedConnections('https:', own);
  }

  /** Called by Node.js for each new connection. */
  override createConnection(options: ClientRequestArgs, created?: Created): undefined {
    this.#connections.create(options, created);
    return undefined;
  }

  /** Ends all connections, gives the credentials back and makes no more of either. */
  override destroy(): void {
    super.destroy();
    this.#connections.close();
  }
}
