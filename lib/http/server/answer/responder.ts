import type { IncomingMessage } from 'node:http';

import type { Scheme } from '../../schemes.js';
import type { Authentication } from '../authentication.js';
import { createPublisher, type HttpAuthEvent } from '../events.js';
import { getFailure } from '../logon/failures.js';
import type { ServerSettings } from '../settings.js';
import { formatChallenge, writeAnswer, type Answer } from './answer.js';
import { UNAUTHORIZED, type Rejection } from './rejections.js';
import type { Reply } from './reply.js';
import { UpgradeReply } from './upgrade-reply.js';

/** Answers the requests that are not let in, and logs what happened. */
export class Responder {
  readonly #settings: Pick<ServerSettings, 'schemes' | 'limits'>;
  /** Logs an event. */
  readonly log: (event: HttpAuthEvent) => void;

  constructor(settings: Pick<ServerSettings, 'schemes' | 'limits' | 'logger'>) {
    this.#settings = settings;
    this.log = createPublisher(settings.logger);
  }

  get #offers(): readonly string[] {
    return this.#settings.schemes.map((scheme) => formatChallenge(scheme, undefined));
  }

  /** Asks the client to log on. */
  challenge(request: IncomingMessage, reply: Reply): void {
    this.log({ type: 'challenge', reason: 'no logon', status: 401, ...addressOf(request) });
    this.#write(reply, { status: 401, text: UNAUTHORIZED, challenges: this.#offers });
  }

  /** Sends the server's token, which the client must answer on the same connection. */
  continueLogon(reply: Reply, scheme: Scheme, token: Buffer): void {
    const challenges = [formatChallenge(scheme, token)];
    this.#write(reply, { status: 401, text: UNAUTHORIZED, challenges });
  }

  /**
   * A rejection with 401 offers a new logon. It does not send the token of a
   * failure, which may tell a wrong password from a locked account; the logon
   * is over, so no client could answer it.
   *
   * @param authentication of a client that proved its identity
   */
  reject(
    request: IncomingMessage,
    reply: Reply,
    rejection: Rejection,
    authentication?: Authentication,
  ): void {
    const { reason, code, error, scheme, status } = rejection;
    this.log({
      type: 'rejection',
      reason,
      status,
      ...(code !== undefined && { code }),
      ...(error !== undefined && { error }),
      ...(scheme !== undefined && { scheme }),
      ...addressOf(request),
      ...(authentication && accountOf(authentication)),
    });
    this.#write(reply, status === 401 ? { ...rejection, challenges: this.#offers } : rejection);
  }

  /** Logs that the connection ended before its request could be answered. */
  logConnectionEnd(request: IncomingMessage): void {
    this.log({ type: 'rejection', reason: 'the connection was closed', ...addressOf(request) });
  }

  logLogon(request: IncomingMessage, authentication: Authentication): void {
    this.log({
      type: 'logon',
      reason: 'the client logged on',
      ...addressOf(request),
      ...accountOf(authentication),
    });
  }

  /** Logs an error because of which no decision was made; the caller of the authenticator answers. */
  logFailure(error: unknown): void {
    const { code, reason } = getFailure(error);
    this.log({ type: 'rejection', reason, code, error });
  }

  #write(reply: Reply, answer: Answer): void {
    if (reply instanceof UpgradeReply) reply.answer(answer);
    else writeAnswer(reply, answer, this.#settings.limits);
  }
}

function addressOf({
  socket: { remoteAddress, remotePort },
}: IncomingMessage): Pick<HttpAuthEvent, 'remoteAddress' | 'remotePort'> {
  return { remoteAddress, remotePort };
}

function accountOf({
  identity: { sid, name },
  scheme,
  package: packageName,
}: Authentication): Partial<HttpAuthEvent> {
  return { sid, name, scheme, package: packageName };
}
