// What the examples of HTTP servers share.

/** What to call whoever sent a request; names may have to be asked of the domain. */
export async function nameOf(identity) {
  await identity.resolveNames();
  // On Wine, Secur32 says that somebody logged on, and not who.
  return identity.name ?? identity.sid ?? 'whoever you are: Secur32 gives no name';
}

const MOST_BYTES = 1024 * 1024;

/** The body of a request as text; more than a megabyte is an error with the status 413. */
export async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      throw Object.assign(new Error('too large'), { status: 413, expose: true });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
