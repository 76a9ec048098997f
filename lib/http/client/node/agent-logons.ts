/** The connections of an agent of node:http that are logged on, and those whose logon is under way. */

import { closedError } from '../../../core/errors.js';
import type { ClientRequest, ClientRequestArgs } from 'node:http';
import { Socket } from 'node:net';

import type { AuthIdentity } from '../../../raw/auth-identity.js';
import { checkRequest, urlOfRequest } from './request-checks.js';
import { ClientCredentials } from '../logon/client-credentials.js';
import { connectionLost } from '../connection/lost-connection.js';
import { Memories } from '../logon/peer-cache.js';
import { nodeAgent, type NodeAgent, type SocketCreated } from './node-internals.js';
import type { ConnectOptions, LogonSettings } from '../options.js';
import { Party } from '../logon/peer.js';
import { logOnByProbe, type Probe } from './probe.js';
import { endSocket, openPlain, openTls } from '../connection/open-socket.js';
import { WaitingRequest } from './waiting-request.js';

/** A connection on its way to being logged on. */
interface Opening {
  readonly abort: AbortController;
  /** For which it was begun. */
  readonly request: ClientRequest | undefined;
}

/** Options of a request that are not for its connection, or that the URL decides. */
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
  readonly #memories = new Memories();
  readonly #openings = new Set<Opening>();
  readonly #waiting = new WeakMap<ClientRequest, WaitingRequest>();
  /** What `createConnection` is to return to Node.js, which calls it at once. */
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

  /** What connections to hosts that get no logon are made with. */
  get connect(): ConnectOptions {
    return this.#settings.connect;
  }

  /** Ends what is under way, and the credentials. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { abort } of this.#openings) abort.abort(closedError('the agent'));
    this.#credentials.close();
  }

  /** Takes a request for an agent. @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
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
   * Makes a connection for an agent. While its logon is under way, a socket that
   * is not connected stands for it, so that Node.js counts it.
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
    const place = new Socket().once('close', () => {
      abort.abort(connectionLost('the connection was destroyed in the middle of a logon'));
    });
    (agent.sockets[name] ??= []).push(place);
    agent.totalSocketCount += 1;
    const leave = () => {
      take(agent.sockets, name, place);
      agent.totalSocketCount -= 1;
      place.destroy();
    };
    this.#open(url, options, opening).then(
      (socket) => {
        leave();
        if (request.destroyed) {
          socket.destroy();
          agent.removeSocket(place, options);
          return;
        }
        this.#ready = socket;
        nodeAgent.createSocket.call(agent, request, options, created);
      },
      (error: unknown) => {
        leave();
        // It may have got another connection meanwhile, or be destroyed.
        const waits = this.#waiting.get(request)?.waiting !== false;
        removeFromQueue(agent, request);
        if (waits) created(error as Error);
        agent.removeSocket(place, options);
      },
    );
  }

  /** For `createConnection`: the connection that is ready, or undefined where one is to be made. */
  takeReady(): Socket | undefined {
    const socket = this.#ready;
    this.#ready = undefined;
    return socket;
  }

  /** Whether the host of these options gets a plain connection. @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
  isPlain(options: ClientRequestArgs): boolean {
    return !this.#closed && this.#urlToLogOnTo(options) === undefined;
  }

  /** A connection that is logged on, for a caller of `createConnection`. */
  create(options: ClientRequestArgs): Promise<Socket> {
    const opening: Opening = { abort: new AbortController(), request: undefined };
    return this.#open(urlOfRequest(this.#protocol, options), options, opening);
  }

  #urlToLogOnTo(options: ClientRequestArgs): URL | undefined {
    const url = urlOfRequest(this.#protocol, options);
    return this.#settings.hosts.allows(url) ? url : undefined;
  }

  /** A request needs no connection any more. */
  #forget(agent: NodeAgent, request: ClientRequest): void {
    removeFromQueue(agent, request);
    for (const { abort, request: begunFor } of this.#openings) {
      if (begunFor === request) abort.abort(connectionLost('the request was destroyed'));
    }
  }

  /** Rejects as soon as it is aborted, whatever it waits for. @param url undefined for none */
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
      return await Promise.race([this.#openTwice(url, options, signal), aborted]);
    } finally {
      this.#openings.delete(opening);
    }
  }

  async #openTwice(url: URL, options: ClientRequestArgs, signal: AbortSignal): Promise<Socket> {
    for (let tries = 0; tries < 2; tries++) {
      const socket = await this.#openOnce(url, options, signal);
      if (socket !== undefined) return socket;
    }
    throw connectionLost('the server closed the connection between two legs of a logon');
  }

  /** undefined where it was closed in the middle of the logon. */
  async #openOnce(
    url: URL,
    options: ClientRequestArgs,
    signal: AbortSignal,
  ): Promise<Socket | undefined> {
    const { limits, connect } = this.#settings;
    const sockets = {
      connect: { ...connect, ...connectOptionsOf(options) },
      timeoutMs: limits.connectTimeoutMs,
    };
    const open = this.#protocol === 'https:' ? openTls : openPlain;
    const socket = await open(url, sockets, signal);
    const server = this.#party(url, socket);
    const stop = () => {
      server.close();
      socket.destroy();
    };
    signal.addEventListener('abort', stop);
    try {
      const loggedOn = await logOnByProbe(socket, url.host, this.#probe, server, limits);
      signal.throwIfAborted();
      if (loggedOn) return socket;
      await endSocket(socket);
      return undefined;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      server.close();
    }
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

function connectOptionsOf(options: ClientRequestArgs): ConnectOptions {
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) =>
        value !== undefined && value !== null && !NOT_FOR_CONNECTIONS.includes(name),
    ),
  );
}

/** Node.js leaves a request there that fails before it has its turn. */
function removeFromQueue({ requests }: NodeAgent, request: ClientRequest): void {
  for (const name of Object.keys(requests)) take(requests, name, request);
}

/** Takes one out of a list; a list that is empty is left out, as Node.js does. */
function take<T>(lists: Record<string, T[] | undefined>, name: string, one: T): void {
  const list = lists[name] ?? [];
  const at = list.indexOf(one);
  if (at >= 0) list.splice(at, 1);
  if (list.length === 0) Reflect.deleteProperty(lists, name);
}
