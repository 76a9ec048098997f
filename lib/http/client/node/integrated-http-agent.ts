/** Agents of node:http and node:https whose connections are logged on. */

import {
  Agent as HttpAgent,
  type AgentOptions,
  type ClientRequest,
  type ClientRequestArgs,
} from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

import { IDENTITY_NAMES } from '../../../raw/auth-identity.js';
import { argumentError } from '../../../core/errors.js';
import { optionNames, ownRecord, requiredText } from '../../../core/checks.js';
import { checkedBoolean, checkedInteger } from '../../option-checks.js';
import { AgentLogons } from './agent-logons.js';
import { asNodeAgent, type SocketCreated } from './node-internals.js';
import {
  checkedLogonOptions,
  LOGON_KINDS,
  ownLogonOptions,
  type LogonOptions,
} from '../options.js';
import type { Probe } from './probe.js';
import { checkedPath } from '../request/request-target.js';

export interface IntegratedHttpAgentOptions extends LogonOptions {
  /**
   * The request by which a new connection is logged on: `GET /` by default. It
   * must be one that changes nothing, and for which the server wants a logon. A
   * HEAD is for servers whose 401 has a Content-Length then, too.
   */
  probe?: { method?: Probe['method']; path?: string };
  /** false closes a connection, and ends its logon, after one request. @defaultValue true */
  keepAlive?: boolean;
  /** The most connections to one host, those whose logon is under way included. @defaultValue Infinity */
  maxSockets?: number;
  /** The most connections to all hosts together, counted in the same way. @defaultValue Infinity */
  maxTotalSockets?: number;
  /** The most connections to one host that are kept without a request. @defaultValue 256 */
  maxFreeSockets?: number;
}

const METHODS: readonly unknown[] = ['GET', 'HEAD'];
const MOST = ['maxSockets', 'maxTotalSockets', 'maxFreeSockets'] as const;
const PROBE_NAMES = optionNames<NonNullable<IntegratedHttpAgentOptions['probe']>>({
  method: 'optional',
  path: 'optional',
});
const NAMES = optionNames<IntegratedHttpAgentOptions>(
  {
    ...LOGON_KINDS,
    probe: 'optional',
    keepAlive: 'optional',
    maxSockets: 'optional',
    maxTotalSockets: 'optional',
    maxFreeSockets: 'optional',
  },
  { authIdentity: IDENTITY_NAMES, probe: PROBE_NAMES },
);

function ownAgentOptions(
  options: IntegratedHttpAgentOptions,
): Readonly<IntegratedHttpAgentOptions> {
  return ownLogonOptions(options, NAMES, 'an agent');
}

type Created = (error: Error | null, socket: Duplex) => void;

/** @param options as `ownAgentOptions` read them */
function logonsOf(protocol: 'http:' | 'https:', options: IntegratedHttpAgentOptions): AgentLogons {
  const settings = checkedLogonOptions(options);
  return new AgentLogons(protocol, settings, checkedProbe(options.probe), options.authIdentity);
}

function checkedProbe(probe: unknown = {}): Probe {
  const { method = 'GET', path = '/' } = ownRecord(probe, PROBE_NAMES, 'probe');
  if (!METHODS.includes(method)) throw argumentError('probe.method must be GET or HEAD');
  const text = requiredText(path, 'probe.path');
  if (!text.startsWith('/')) throw argumentError('probe.path must begin with /');
  return { method, path: checkedPath(text) };
}

/** What Node's own agent does with connections. */
function agentOptions(options: IntegratedHttpAgentOptions): AgentOptions {
  const agent: AgentOptions = { keepAlive: checkedBoolean(options, 'keepAlive', true) };
  for (const name of MOST) {
    if (!(name in options) || options[name] === Infinity) continue;
    agent[name] = checkedInteger(options[name], name, 1);
  }
  return agent;
}

/** Gives Node.js an error or a connection. */
function callBack(opened: Promise<Duplex>, created: Created | undefined): void {
  if (created === undefined) throw argumentError('createConnection needs a callback');
  opened.then(
    (socket) => {
      created(null, socket);
    },
    (error: unknown) => {
      // Node's own type has a socket here, too.
      (created as (error: unknown) => void)(error);
    },
  );
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
  readonly #logons: AgentLogons;

  /** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  constructor(options: IntegratedHttpAgentOptions) {
    const own = ownAgentOptions(options);
    super(agentOptions(own));
    this.#logons = logonsOf('http:', own);
  }

  /** @internal Called by Node.js for each request. */
  addRequest(request: ClientRequest, options: ClientRequestArgs): void {
    this.#logons.addRequest(asNodeAgent(this), request, options);
  }

  /** @internal Called by Node.js where a request needs a new connection. */
  createSocket(request: ClientRequest, options: ClientRequestArgs, created: SocketCreated): void {
    this.#logons.createSocket(asNodeAgent(this), request, options, created);
  }

  /** Called by Node.js for each new connection. */
  override createConnection(
    options: ClientRequestArgs,
    created?: Created,
  ): Duplex | null | undefined {
    const ready = this.#logons.takeReady();
    if (ready !== undefined) return ready;
    if (this.#logons.isPlain(options)) {
      return super.createConnection({ ...this.#logons.connect, ...options }, created);
    }
    callBack(this.#logons.create(options), created);
    return undefined;
  }

  /** Ends all connections, gives the credentials back and makes no more of either. */
  override destroy(): void {
    this.#logons.close();
    super.destroy();
  }
}

/** The same for `https.request`. A logon is tied to the TLS connection that it runs in (`channelBindings`). */
export class IntegratedHttpsAgent extends HttpsAgent {
  readonly #logons: AgentLogons;

  /** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  constructor(options: IntegratedHttpAgentOptions) {
    const own = ownAgentOptions(options);
    super({ ...agentOptions(own), maxCachedSessions: 0 });
    this.#logons = logonsOf('https:', own);
  }

  /** @internal Called by Node.js for each request. */
  addRequest(request: ClientRequest, options: ClientRequestArgs): void {
    this.#logons.addRequest(asNodeAgent(this), request, options);
  }

  /** @internal Called by Node.js where a request needs a new connection. */
  createSocket(request: ClientRequest, options: ClientRequestArgs, created: SocketCreated): void {
    this.#logons.createSocket(asNodeAgent(this), request, options, created);
  }

  /** Called by Node.js for each new connection. */
  override createConnection(
    options: ClientRequestArgs,
    created?: Created,
  ): Duplex | null | undefined {
    const ready = this.#logons.takeReady();
    if (ready !== undefined) return ready;
    if (this.#logons.isPlain(options)) {
      return super.createConnection({ ...this.#logons.connect, ...options }, created);
    }
    callBack(this.#logons.create(options), created);
    return undefined;
  }

  /** Ends all connections, gives the credentials back and makes no more of either. */
  override destroy(): void {
    this.#logons.close();
    super.destroy();
  }
}
