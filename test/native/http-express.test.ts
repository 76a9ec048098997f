/** Where the middleware stands in Express 4 and 5, and what goes wrong there. */

import { afterEach, describe, expect, jest } from '@jest/globals';
import express5, { type ErrorRequestHandler, type Express } from 'express';

import { getIdentity } from '../../lib/http/server/authentication.js';
import { integratedAuth, type IntegratedAuth } from '../../lib/http/server/adapters/middleware.js';
import { listen } from '../instruments/support/frameworks.js';
import {
  byNegotiate,
  closeConnections,
  HttpConnection,
} from '../instruments/support/http-logons.js';
import { expectNothingLive } from '../instruments/support/live-counts.js';
import { testIf } from '../instruments/support/skip.js';
import { domain, wine } from '../instruments/support/system.js';

const testWithUser = testIf(wine === undefined || domain !== undefined, 'needs a domain');

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  closeConnections();
  for (const close of closing.splice(0).reverse()) await close();
  await expectNothingLive();
});

async function authentication(): Promise<IntegratedAuth> {
  const auth = integratedAuth();
  closing.push(() => auth.close());
  await auth.ready;
  return auth;
}

async function serve(app: Express): Promise<HttpConnection> {
  const answerErrors: ErrorRequestHandler = (error, _request, response, next) => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (response.headersSent) next(error);
    else response.status(500).json({ code, message });
  };
  app.use(answerErrors);
  const { port, close } = await listen(app);
  closing.push(close);
  return new HttpConnection(port);
}

describe.each([
  ['Express 5', express5],
  ['Express 4', jest.requireActual<typeof express5>('express4')],
])('%s', (_name, express) => {
  testWithUser('what is mounted in front of it is open, and has no identity', async () => {
    const app = express();
    app.get('/open', (_request, response) => response.send('open'));
    app.get('/forgotten', (request, response) => response.send(getIdentity(request).sid));
    app.use(await authentication());
    app.get('/', (_request, response) => response.send('closed'));
    const connection = await serve(app);

    expect(await connection.send({ path: '/open' })).toMatchObject({ status: 200, body: 'open' });
    const forgotten = await connection.send({ path: '/forgotten' });
    expect(forgotten.status).toBe(500);
    expect(JSON.parse(forgotten.body)).toMatchObject({ code: 'ERR_SECUR32_NOT_AUTHENTICATED' });
    // Also for somebody who could log on.
    expect((await connection.logOn(byNegotiate, { path: '/forgotten' })).status).toBe(500);
    expect((await connection.send()).status).toBe(401);
    expect((await connection.logOn(byNegotiate)).body).toBe('closed');
  });

  testWithUser('it stands on a path, a router or a route', async () => {
    const auth = await authentication();
    const app = express();
    const router = express.Router();
    router.use(auth);
    router.get('/router', (_request, response) => response.send('router'));
    app.use('/below', router);
    app.use('/path', auth, (_request, response) => response.send('path'));
    app.get('/route', auth, (_request, response) => response.send('route'));
    app.use((_request, response) => response.send('open'));
    const connection = await serve(app);

    for (const path of ['/below/router', '/path/more', '/route']) {
      expect((await connection.send({ path })).status).toBe(401);
      const { status, body } = await connection.logOn(byNegotiate, { path });
      expect(status).toBe(200);
      expect(path).toContain(body);
    }
    expect((await connection.send({ path: '/pathetic' })).body).toBe('open');
  });

  testWithUser('once is enough, and twice the same', async () => {
    const auth = await authentication();
    const app = express();
    app.use(auth, auth);
    app.get('/', auth, (request, response) => response.send(getIdentity(request).source));
    const connection = await serve(app);
    expect((await connection.send()).status).toBe(401);
    expect((await connection.logOn(byNegotiate)).status).toBe(200);
  });

  testWithUser('two of them in a row are an error that says so', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const app = express();
    let handled = 0;
    app.use(await authentication());
    app.get('/', await authentication(), (_request, response) => {
      handled += 1;
      response.send('in');
    });
    const { status, body } = await (await serve(app)).logOn(byNegotiate);
    // Not by the error handler of the application, which might let the request through.
    expect([status, body]).toEqual([500, 'The logon failed.\n']);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('another integratedAuth'), {
      code: 'SECUR32_HTTP_FAILURE',
    });
    warn.mockRestore();
    expect(handled).toBe(0);
  });

  testWithUser('behind what reads bodies it works, too', async () => {
    const app = express();
    app.use(express.text(), await authentication());
    app.post('/', (request, response) => response.send(`${request.body as string}!`));
    const connection = await serve(app);
    const request = { method: 'POST', body: 'hello' };
    expect((await connection.send(request)).status).toBe(401);
    expect((await connection.logOn(byNegotiate, request)).body).toBe('hello!');
  });
});
