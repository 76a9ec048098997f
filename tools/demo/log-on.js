'use strict';

const { ClientContext, Credentials, ServerContext, SspiError } = require('secur32');

/** More than any package needs; a handshake that goes on is broken. */
const MAX_LEGS = 20;

/** What a side knows once its context is established. */
function knowledge(context) {
  return {
    package: context.negotiatedPackage,
    flags: context.attributes.names,
    sizes: context.sizes,
    sessionKey: context.sessionKey !== undefined,
    expires: context.expiresAt?.toISOString() ?? 'never',
  };
}

/** Who the server says that the client is. */
async function who({ identity }) {
  const { source, sid, groups } = identity;
  await identity.resolveNames().catch(() => undefined);
  return { source, sid, name: identity.name, groups: groups?.length };
}

/** Sends one encrypted message, where this system can. */
function sendMessage(client, server) {
  const message = Buffer.from('for your eyes only');
  try {
    const sealed = client.wrap(message);
    const arrived = server.unwrap(sealed).equals(message);
    return { bytes: message.length, sealed: sealed.length, arrived };
  } catch (error) {
    if (error.code !== 'SEC_E_UNSUPPORTED_FUNCTION') throw error;
    return { bytes: message.length, error: error.code };
  }
}

/** Hands tokens to and fro until both sides are done. */
async function handshake(client, server, legs) {
  let side = { name: 'client', context: client };
  let token;
  while (legs.length < MAX_LEGS) {
    try {
      const step = await side.context.step(token);
      token = step.token;
      legs.push({ side: side.name, status: step.statusName, bytes: token?.length ?? 0 });
    } catch (error) {
      if (error instanceof SspiError) {
        legs.push({ side: side.name, status: error.code, bytes: error.token?.length ?? 0 });
      }
      throw error;
    }
    if (token === undefined && client.established && server.established) return;
    side =
      side.name === 'client'
        ? { name: 'server', context: server }
        : { name: 'client', context: client };
  }
  throw new Error(`no end after ${MAX_LEGS} legs`);
}

/**
 * Logs on, with both sides in this process.
 *
 * @param {import('./logons.js').Logon} logon
 */
async function logOn(logon) {
  const { package: packageName, user, authIdentity, client: options, expectedError } = logon;
  const legs = [];
  const closing = [];
  const close = (closable) => (closing.unshift(closable), closable);
  const result = { package: packageName, user, legs, established: false, flags: [] };
  try {
    const outbound = close(
      await Credentials.acquire({
        package: packageName,
        use: 'outbound',
        ...(authIdentity && { authIdentity }),
      }),
    );
    const inbound = close(await Credentials.acquire({ package: packageName, use: 'inbound' }));
    const client = close(new ClientContext(outbound, options));
    const server = close(new ServerContext(inbound, { protection: options.protection ?? 'none' }));
    await handshake(client, server, legs);
    result.established = client.established && server.established;
    result.flags = client.attributes.names;
    result.client = knowledge(client);
    result.server = knowledge(server);
    result.who = await who(server);
    if (client.attributes.confidentiality) result.sent = sendMessage(client, server);
  } catch (error) {
    result.error = error.code ?? String(error);
    result.message = error.message;
  } finally {
    for (const closable of closing) closable.close();
  }
  result.asExpected = expectedError
    ? result.error === expectedError
    : result.established && result.error === undefined && result.sent?.arrived !== false;
  return result;
}

module.exports = { logOn };
