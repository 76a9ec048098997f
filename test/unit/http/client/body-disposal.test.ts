/** Bodies that are not read to their end, or not sent at all, are destroyed. */

import { fake } from '../../../instruments/support/fake-native.js';

import { createServer } from 'node:net';
import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { agentFor, destroyAgents } from '../../../instruments/support/http-client.js';
import { closeServers, serveRaw } from '../../../instruments/support/plain-http-server.js';
import { serveUploads } from '../../../instruments/support/upload-server.js';
import { broken, sendBody, settled, until } from '../../../instruments/support/failing-bodies.js';

afterEach(async () => {
  await destroyAgents();
  await closeServers();
});

describe('a body that is left is destroyed', () => {
  let body: Readable;

  /** Fails when destroyed, too: that must not end the process. */
  beforeEach(() => {
    let parts = 0;
    body = new Readable({
      read() {
        if ((parts += 1) === 1) this.push('part');
      },
      destroy: (_, done) => {
        setImmediate(done, new Error('it cannot be destroyed'));
      },
    });
  });

  afterEach(async () => {
    if (!body.closed) await new Promise((resolve) => body.once('close', resolve));
    expect(body.destroyed).toBe(true);
    await settled();
    expect(body.eventNames()).toEqual([]);
  });

  test.each([200, 401, 413, 417])('after an answer %i that came before its end', async (status) => {
    const server = await serveUploads(() => ({ status, early: 'keep' }));
    await expect(sendBody(agentFor(), server.origin, body)).resolves.toBe(status);
    await until(() => server.uploads[0]?.complete !== undefined);
    expect(server.uploads).toMatchObject([{ complete: false }]);
  });

  test('after an abort, and what was sent does not end as a whole', async () => {
    const server = await serveUploads(() => ({ status: 200 }));
    const abort = new AbortController();
    const sent = sendBody(agentFor(), server.origin, body, { abort: abort.signal });
    await until(() => server.uploads[0]?.bytes === 4);
    abort.abort(broken);
    await expect(sent).rejects.toBe(broken);
    await until(() => server.uploads[0]?.complete !== undefined);
    expect(server.uploads).toMatchObject([{ bytes: 4, complete: false }]);
  });

  test('after the end of the agent', async () => {
    const server = await serveUploads(() => ({ status: 200 }));
    const agent = agentFor();
    const sent = sendBody(agent, server.origin, body);
    sent.catch(() => undefined);
    await until(() => server.uploads[0]?.bytes === 4);
    await agent.destroy(broken);
    await expect(sent).rejects.toBe(broken);
    await until(() => server.uploads[0]?.complete !== undefined);
    expect(server.uploads).toMatchObject([{ complete: false }]);
  });

  test('if there is no connection', async () => {
    const server = createServer();
    const port = await serveRaw(server);
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    const sent = sendBody(agentFor(), `http://localhost:${port}`, body);
    await expect(sent).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('after a logon that failed', async () => {
    const server = await serveUploads(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Negotiate' },
      early: 'keep',
    }));
    fake.legAnswers.push({ status: 0x80090303 });
    await expect(sendBody(agentFor(), server.origin, body)).rejects.toMatchObject({
      code: 'SEC_E_TARGET_UNKNOWN',
    });
  });
});
