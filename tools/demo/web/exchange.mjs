// What a browser and the server said to each other until a logon was done. It
// counts bytes; the tokens themselves are nobody's business.

/** Far more than a logon takes. */
const MOST_STEPS = 20;

/** By connection, as the logons themselves. */
const stepsOf = new WeakMap();

/** The scheme, and how large the token is, of `Negotiate <base64>`. */
function readToken(field) {
  const [scheme, base64] = String(field ?? '').split(' ');
  return base64 ? { scheme, tokenBytes: Buffer.byteLength(base64, 'base64') } : undefined;
}

function answerOf(response) {
  const fields = [response.getHeader('WWW-Authenticate') ?? []].flat();
  const token = fields.map(readToken).find((read) => read !== undefined);
  return { by: 'server', status: response.statusCode, offers: fields, ...token };
}

/** Express middleware that stands in front of the logon. */
export function recordExchange(request, response, next) {
  const { socket, method, url } = request;
  const steps = stepsOf.get(socket) ?? [];
  stepsOf.set(socket, steps);
  steps.push({ by: 'browser', method, path: url, ...readToken(request.headers.authorization) });
  response.once('finish', () => {
    if (response.statusCode === 401 && steps.length < MOST_STEPS) steps.push(answerOf(response));
    else stepsOf.delete(socket);
  });
  next();
}

/** What was said on this connection for the logon of a request, up to its answer. */
export function exchangeOf(request, response) {
  return [...(stepsOf.get(request.socket) ?? []), answerOf(response)];
}
