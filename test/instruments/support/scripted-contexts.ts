/** Credentials and contexts of the scripted package, closed when the test is over. */

import { ClientContext, type ClientContextOptions } from '../../../lib/context/client-context.js';
import { Credentials } from '../../../lib/context/credentials.js';
import type { ContextHandle, CredentialHandle } from '../../../lib/raw/handles.js';
import {
  acceptSecurityContextSync,
  initializeSecurityContextSync,
} from '../../../lib/raw/handshake-calls.js';
import { ServerContext, type ServerContextOptions } from '../../../lib/context/server-context.js';
import type { Script } from './scripted.js';
import { present } from './system.js';

const open: { close: () => void }[] = [];

/** Has it closed by `closeOpened`. */
export function opened<T extends { close: () => void }>(closable: T): T {
  open.push(closable);
  return closable;
}

/** For afterEach, before `endOfTest`. */
export function closeOpened(): void {
  for (const closable of open.splice(0).reverse()) closable.close();
}

export function credentialOf(script: Script, packageName = 'Scripted'): CredentialHandle {
  return opened(script.acquireSync({ package: packageName }));
}

/** An established context of a server, of the raw level. */
export function serverOf(script: Script, packageName?: string): ContextHandle {
  const credential = credentialOf(script, packageName);
  return opened(present(acceptSecurityContextSync({ credential }).context));
}

/** An established context of a client, of the raw level. */
export function clientOf(script: Script, packageName?: string): ContextHandle {
  const credential = credentialOf(script, packageName);
  return opened(present(initializeSecurityContextSync({ credential }).context));
}

export async function credentialsOf(script: Script): Promise<Credentials> {
  const { principal } = script;
  return opened(await Credentials.acquire({ package: 'Scripted', use: 'both', principal }));
}

export async function serverContextOf(
  script: Script,
  options?: ServerContextOptions,
): Promise<ServerContext> {
  return opened(new ServerContext(await credentialsOf(script), options));
}

/** A server whose handshake is done: one leg, whose answer the script may have. */
export async function establishedServer(
  script: Script,
  options?: ServerContextOptions,
): Promise<ServerContext> {
  const server = await serverContextOf(script, options);
  await server.step(Buffer.from('token'));
  return server;
}

/** A client whose handshake is done: one leg, whose answer the script may have. */
export async function establishedClient(
  script: Script,
  options?: ClientContextOptions,
): Promise<ClientContext> {
  const client = opened(new ClientContext(await credentialsOf(script), options));
  await client.step();
  return client;
}
