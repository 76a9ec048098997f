/** Agents for node:http and node:https that log their connections on. */

import {
  Agent as HttpAgent,
  type AgentOptions,
  type ClientRequest,
  type ClientRequestArgs,
} from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

import { optionNames, ownRecord, requiredText } from '../../../core/checks.js';
import { argumentError } from '../../../core/errors.js';
import { IDENTITY_NAMES } from '../../../raw/auth-identity.js';
import { checkedBoolean, checkedInteger } from '../../option-checks.js';
import type { LogonOptions } from '../options.js';
import { checkedPath } from '../request/request-target.js';
import { checkedLogonOptions, LOGON_OPTIONS, ownLogonOptions } from '../settings.js';
import { AgentLogons } from './agent-logons.js';
import { asNodeAgent, type ConnectionCreated, type SocketCreated } from './node-internals.js';
import type { Probe } from './probe.js';

export interface IntegratedHttpAgentOptions extends LogonOptions {
  /**
   * The request that logs a new connection on. It must not change anything, and
   * the server must require a logon for it. `HEAD` works only if the server's 401
   * responses to it have a Content-Length.
   *
   * @defaultValue `{ method: 'GET', path: '/' }`
   */
  probe?: { method?: Probe['method']; path?: string };
  /**
   * Whether to keep connections, and their logons, for further requests.
   *
   * @defaultValue true
   */
  keepAlive?: boolean;
  /**
   * Most connections to one host, including those whose logon is in progress.
   *
   * @defaultValue Infinity
   */
  maxSockets?: number;
  /**
   * Most connections to all hosts, including those whose logon is in progress.
   *
   * @defaultValue Infinity
   */
  maxTotalSockets?: number;
  /**
   * Most idle connections that are kept to one host.
   *
   * @defaultValue 256
   */
  maxFreeSockets?: number;
}

const METHODS: readonly unknown[] = ['GET', 'HEAD'];
const SOCKET_LIMITS = ['maxSockets', 'maxTotalSockets', 'maxFreeSockets'] as const;
const PROBE_NAMES = optionNames<NonNullable<IntegratedHttpAgentOptions['probe']>>({
  method: 'optional',
  path: 'optional',
});
const NAMES = optionNames<IntegratedHttpAgentOptions>(
  {
    ...LOGON_OPTIONS,
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

/** @param options as returned by `ownAgentOptions` */
function logonsOf(protocol: 'http:' | 'https:', options: IntegratedHttpAgentOptions): AgentLogons {
  const settings = checkedLogonOptions(options);
  return new AgentLogons(protocol, settings, checkedProbe(options.probe), options.authIdentity);
}

function checkedProbe(probe: unknown = {}): Probe {
  const { method = 'GET', path = '/' } = ownRecord(probe, PROBE_NAMES, 'probe');
  if (!METHODS.includes(method)) throw argumentError('probe.method must be GET or HEAD');
  const text = requiredText(path, 'probe.path');
  if (!text.startsWith('/')) throw argumentError("probe.path must begin with '/'");
  return { method, path: checkedPath(text) };
}

/** The options for Node's own agent. */
function agentOptions(options: IntegratedHttpAgentOptions): AgentOptions {
  const agent: AgentOptions = { keepAlive: checkedBoolean(options, 'keepAlive', true) };
  for (const name of SOCKET_LIMITS) {
    if (!(name in options) || options[name] === Infinity) continue;
    agent[name] = checkedInteger(options[name], name, 1);
  }
  return agent;
}

/**
 * An `http.Agent` that logs its connections to `hosts` on. Use it with
 * `http.request({ agent })` and libraries that take an `http.Agent`. Prefer
 * `IntegratedAgent` or `integratedFetch` if you can: they work with all servers.
 *
 * The agent logs each new connection on with a request of its own, the probe,
 * before it carries other requests. Therefore it works only with servers that
 * keep a logon for the connection: NTLM, and Kerberos with
 * `Persistent-Auth: true` (as IIS sends). With other servers, requests fail with
 * `ERR_SECUR32_CONNECTION_NOT_LOGGED_ON`.
 *
 * The agent does not see responses: if a server forgets the logon of a
 * connection, the caller gets its 401. The agent supports neither proxies nor
 * `mutualAuth`. Connections to hosts that are not in `hosts` are Node's own.
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

  /** @internal Called by Node.js when a request needs a new connection. */
  createSocket(request: ClientRequest, options: ClientRequestArgs, created: SocketCreated): void {
    this.#logons.createSocket(asNodeAgent(this), request, options, created);
  }

  /** Called by Node.js for each new connection. */
  override createConnection(
    options: ClientRequestArgs,
    created?: ConnectionCreated,
  ): Duplex | null | undefined {
    return this.#logons.createConnection(options, created, (plain) =>
      super.createConnection(plain, created),
    );
  }

  /** Closes all connections and credentials. Further requests fail. */
  override destroy(): void {
    this.#logons.close();
    super.destroy();
  }
}

/**
 * The same for `https.request`. Channel bindings tie each logon to its TLS
 * connection (`sendChannelBindings`).
 */
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

  /** @internal Called by Node.js when a request needs a new connection. */
  createSocket(request: ClientRequest, options: ClientRequestArgs, created: SocketCreated): void {
    this.#logons.createSocket(asNodeAgent(this), request, options, created);
  }

  /** Called by Node.js for each new connection. */
  override createConnection(
    options: ClientRequestArgs,
    created?: ConnectionCreated,
  ): Duplex | null | undefined {
    return this.#logons.createConnection(options, created, (plain) =>
      super.createConnection(plain, created),
    );
  }

  /** Closes all connections and credentials. Further requests fail. */
  override destroy(): void {
    this.#logons.close();
    super.destroy();
  }
}
