/** Opens and logs on the connections of an agent of node:http. */

import type { ClientRequest, ClientRequestArgs } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { argumentError, closedError } from '../../../core/errors.js';
import type { AuthIdentity } from '../../../raw/auth-identity.js';
import { connectionLost } from '../connection/lost-connection.js';
import { endSocket, openPlain, openTls } from '../connection/open-socket.js';
import { ClientCredentials } from '../logon/client-credentials.js';
import { PeerCache } from '../logon/peer-cache.js';
import { Peer } from '../logon/peer.js';
import type { ConnectOptions } from '../options.js';
import type { LogonSettings } from '../settings.js';
import {
  nodeAgent,
  type ConnectionCreated,
  type NodeAgent,
  type SocketCreated,
} from './node-internals.js';
import { logOnByProbe, type Probe } from './probe.js';
import { checkRequest, urlOfRequest } from './request-checks.js';
import { WaitingRequest } from './waiting-request.js';

/** A connection whose logon is in progress. */
interface Opening {
  readonly abort: AbortController;
  /** The request for which it was begun. */
  readonly request: ClientRequest | undefined;
}

/** Options of a request that do not apply to its connection, or that the URL decides. */
const NOT_FOR_CONNECTIONS: readonly string[] = [
  'agent',
  'headers',
  'host',
  'hostname',
  'method',
  'path',
  'port',
  'servername',
  'session',
  'signal',
  'socket',
  'socketPath',
  'timeout',
];

export class AgentLogons {
  readonly #protocol: 'http:' | 'https:';
  readonly #settings: LogonSettings;
  readonly #probe: Probe;
  readonly #credentials: ClientCredentials;
  readonly #peerCache = new PeerCache();
  readonly #openings = new Set<Opening>();
  readonly #waiting = new WeakMap<ClientRequest, WaitingRequest>();
  /** The socket that the next call of `createConnection`, which follows synchronously, returns to Node.js. */
  #ready: Socket | undefined;
  #closed = false;

  constructor(
    protocol: 'http:' | 'https:',
    settings: LogonSettings,
    probe: Probe,
    authIdentity: AuthIdentity | undefined,
  ) {
    this.#protocol = protocol;
    this.#settings = settings;
    this.#probe = probe;
    this.#credentials = new ClientCredentials(settings, authIdentity);
  }

  /** Abandons the logons in progress and closes the credentials. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { abort } of this.#openings) abort.abort(closedError('the agent'));
    this.#credentials.close();
  }

  /** Implements `addRequest` of an agent. @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  addRequest(agent: NodeAgent, request: ClientRequest, options: ClientRequestArgs): void {
    const url = this.#urlToLogOnTo(options);
    if (url !== undefined) {
      checkRequest(request, options, url);
      const waiting = new WaitingRequest(request, () => {
        this.#forget(agent, request);
      });
      this.#waiting.set(request, waiting);
      if (!waiting.waiting) return;
    }
    nodeAgent.addRequest.call(agent, request, options);
  }

  /**
   * Implements `createSocket` of an agent. During the logon, an unconnected socket
   * stands for the connection, so that Node.js counts it.
   */
  createSocket(
    agent: NodeAgent,
    request: ClientRequest,
    options: ClientRequestArgs,
    created: SocketCreated,
  ): void {
    const url = this.#urlToLogOnTo(options);
    if (url === undefined && !this.#closed) {
      nodeAgent.createSocket.call(agent, request, options, created);
      return;
    }
    const opening: Opening = { abort: new AbortController(), request };
    const { abort } = opening;
    const name = agent.getName(options);
    const placeholder = new Socket().once('close', () => {
      abort.abort(connectionLost('the connection was destroyed during the logon'));
    });
    (agent.sockets[name] ??= []).push(placeholder);
    agent.totalSocketCount += 1;
    const leave = () => {
      removeFrom(agent.sockets, name, placeholder);
      agent.totalSocketCount -= 1;
      placeholder.destroy();
    };
    this.#open(url, options, opening).then(
      (socket) => {
        leave();
        if (request.destroyed) {
          socket.destroy();
          agent.removeSocket(placeholder, options);
          return;
        }
        this.#ready = socket;
        nodeAgent.createSocket.call(agent, request, options, created);
      },
      (error: unknown) => {
        leave();
        // In the meantime it may have been given another connection, or been destroyed.
        const waits = this.#waiting.get(request)?.waiting !== false;
        removeFromQueue(agent, request);
        if (waits) created(error as Error);
        agent.removeSocket(placeholder, options);
      },
    );
  }

  /**
   * Implements `createConnection` of an agent.
   *
   * @param connectPlain Node's own method, for hosts that are not in `hosts`
   * @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT`
   */
  createConnection(
    options: ClientRequestArgs,
    created: ConnectionCreated | undefined,
    connectPlain: (options: ClientRequestArgs) => Duplex | null | undefined,
  ): Duplex | null | undefined {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready !== undefined) return ready;
    if (!this.#closed && this.#urlToLogOnTo(options) === undefined) {
      return connectPlain({ ...this.#settings.connect, ...options });
    }
    const opening: Opening = { abort: new AbortController(), request: undefined };
    callBack(this.#open(urlOfRequest(this.#protocol, options), options, opening), created);
    return undefined;
  }

  /** The URL of the host; undefined if it is not in `hosts`. */
  #urlToLogOnTo(options: ClientRequestArgs): URL | undefined {
    const url = urlOfRequest(this.#protocol, options);
    return this.#settings.hosts.allows(url) ? url : undefined;
  }

  /** Call when a request no longer needs a connection. */
  #forget(agent: NodeAgent, request: ClientRequest): void {
    removeFromQueue(agent, request);
    for (const { abort, request: begunFor } of this.#openings) {
      if (begunFor === request) abort.abort(connectionLost('the request was destroyed'));
    }
  }

  /** Rejects as soon as it is aborted. @param url undefined if the host is not in `hosts` */
  async #open(url: URL | undefined, options: ClientRequestArgs, opening: Opening): Promise<Socket> {
    if (this.#closed || url === undefined) throw closedError('the agent');
    const { signal } = opening.abort;
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    this.#openings.add(opening);
    try {
      return await Promise.race([this.#openWithRetry(url, options, signal), aborted]);
    } finally {
      this.#openings.delete(opening);
    }
  }

  async #openWithRetry(url: URL, options: ClientRequestArgs, signal: AbortSignal): Promise<Socket> {
    const first = await this.#openOnce(url, options, signal);
    if (first instanceof Socket) return first;
    const second = await this.#openOnce(url, options, signal);
    if (second instanceof Socket) return second;
    throw second;
  }

  /** Resolves to an error if the connection ended during the logon, and another one may serve. */
  async #openOnce(
    url: URL,
    options: ClientRequestArgs,
    signal: AbortSignal,
  ): Promise<Socket | Error> {
    const { limits, connect } = this.#settings;
    const sockets = {
      connect: { ...connect, ...connectOptionsOf(options) },
      timeoutMs: limits.connectTimeoutMs,
    };
    const open = this.#protocol === 'https:' ? openTls : openPlain;
    const socket = await open(url, sockets, signal);
    const server = this.#peer(url, socket);
    const stop = () => {
      server.close();
      socket.destroy();
    };
    signal.addEventListener('abort', stop);
    try {
      const failure = await logOnByProbe(socket, url.host, this.#probe, server, limits);
      signal.throwIfAborted();
      if (failure === undefined) return socket;
      await endSocket(socket);
      return failure;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      server.close();
    }
  }

  #peer(url: URL, socket: Socket): Peer {
    return new Peer(
      'server',
      {
        url,
        target: this.#settings,
        logon: this.#settings,
        mutualAuth: false,
        preemptive: false,
        credentials: this.#credentials,
        known: this.#peerCache.get(url.origin),
      },
      socket,
    );
  }
}

/** Reports an error or a connection to Node.js. */
function callBack(opened: Promise<Duplex>, created: ConnectionCreated | undefined): void {
  if (created === undefined) throw argumentError('createConnection requires a callback');
  opened.then(
    (socket) => {
      created(null, socket);
    },
    (error: unknown) => {
      // Node's type of the callback requires a socket here, too.
      (created as (error: unknown) => void)(error);
    },
  );
}

function connectOptionsOf(options: ClientRequestArgs): ConnectOptions {
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) =>
        value !== undefined && value !== null && !NOT_FOR_CONNECTIONS.includes(name),
    ),
  );
}

/** Node.js does not remove a request that fails before its turn. */
function removeFromQueue({ requests }: NodeAgent, request: ClientRequest): void {
  for (const name of Object.keys(requests)) removeFrom(requests, name, request);
}

/** Removes an item from a list, and an empty list from `lists`, as Node.js does. */
function removeFrom<T>(lists: Record<string, T[] | undefined>, name: string, one: T): void {
  const list = lists[name] ?? [];
  const at = list.indexOf(one);
  if (at >= 0) list.splice(at, 1);
  if (list.length === 0) Reflect.deleteProperty(lists, name);
}
