// The application: one page, for those who logged on.

import express from 'express';
import { fileURLToPath } from 'node:url';

import { recordExchange } from './exchange.mjs';
import { factsOf } from './facts.mjs';
import { renderFailure, renderPage } from './page.js';

/** Only this server's style sheet and icon; nothing that runs, sends or frames. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function setHeaders(request, response, next) {
  response.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  next();
}

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const sendFile = (name) => (request, response) => response.sendFile(file(name));

/**
 * @param {import('secur32/http').IntegratedAuth} auth
 * @param {{ node: string, arch: string, platform: string, wine: boolean }} system where it runs
 */
export function makeApp(auth, system) {
  const app = express();
  app.disable('x-powered-by');
  app.use(setHeaders);
  // In front of the logon: there is nothing to know in them.
  app.get('/style.css', sendFile('style.css'));
  app.get('/icon.svg', sendFile('icon.svg'));
  app.use(recordExchange, auth);
  app.get('/', async (request, response) => {
    // Whoever sits down here next shall not find it.
    response.set('Cache-Control', 'no-store');
    response.send(renderPage(await factsOf(request, response, system)));
  });
  app.use((request, response) => {
    response.status(404).send(renderFailure(404, `There is nothing at ${request.path}.`));
  });
  app.use((error, request, response, next) => {
    console.error(error);
    if (response.headersSent) next(error);
    else response.status(500).send(renderFailure(500, 'Something went wrong here.'));
  });
  return app;
}
