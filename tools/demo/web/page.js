// The page: what it shows, without a word of script.

'use strict';

const { html } = require('./html.js');
const {
  bindingsText,
  greeting,
  holdsFor,
  SOURCES,
  stepText,
  timeText,
  withoutName,
} = require('./words.js');

const ICONS = {
  person: html`<circle cx="12" cy="8" r="4" /><path d="M4 20.5a8 8 0 0 1 16 0" />`,
  key: html`<circle cx="8" cy="15" r="4.5" /><path d="m11.2 11.8 8.3-8.3M16 7l3 3" />`,
  talk: html`<path d="M3 8h14l-4-4M21 16H7l4 4" />`,
  shield: html`<path d="M12 2.5 4 5.5v6c0 5 3.4 8.4 8 10 4.6-1.6 8-5 8-10v-6z" />`,
};
const STATES = {
  good: { label: 'protects', mark: html`<path d="m5 12.5 4.5 4.5L19 7.5" />` },
  bad: { label: 'beware', mark: html`<path d="M12 5v9M12 18.5v.5" />` },
  neutral: { label: 'not used', mark: html`<path d="M6 12h12" />` },
};

/** A picture that says nothing by itself. */
const icon = (paths) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;

/** What turns the direction of text around. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/** A name, which somebody else chose: it must not be able to look like another one. */
const foreign = (text) => html`<bdi>${text.replace(DIRECTIONS, '\ufffd')}</bdi>`;

/** In pieces between which a line may end. */
const sidText = (sid) =>
  html`<code
    >${sid.split('-').map((part, index) => (index > 0 ? html`-<wbr />${part}` : part))}</code
  >`;

const row = (name, value) =>
  html`<div class="row">
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

function stateRow(name, state, value) {
  const { label, mark } = STATES[state];
  return html`<div class="row state ${state}">
    <dt>
      <svg class="icon" viewBox="0 0 24 24" role="img" aria-label="${label}">${mark}</svg>${name}
    </dt>
    <dd>${value}</dd>
  </div>`;
}

const card = (id, title, paths, content) =>
  html`<section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${icon(paths)}${title}</h2>
    <dl>${content}</dl>
  </section>`;

function groupsOf({ groups, moreGroups }) {
  if (groups === undefined) return 'unknown, which is not the same as none';
  if (groups.length === 0) return 'none that has a name';
  const more = moreGroups > 0 && html`<li class="more">and ${moreGroups} more</li>`;
  return html`<ul class="groups">
    ${groups.map(groupItem)}${more}
  </ul>`;
}

function groupItem({ name, denyOnly }) {
  return html`<li>${foreign(name)}${denyOnly && html` <small>denies only</small>`}</li>`;
}

function whoCard({ who }) {
  return card('who', 'Who you are', ICONS.person, [
    row('User', who.name === undefined ? 'no name' : foreign(who.name)),
    row('SID', who.sid === undefined ? 'no SID' : sidText(who.sid)),
    row('Known from', SOURCES[who.source]),
    row('Groups', groupsOf(who)),
  ]);
}

function howCard({ how, exchange }) {
  const tokens = exchange.filter(({ by, tokenBytes }) => by === 'browser' && tokenBytes).length;
  return card('how', 'How you logged on', ICONS.key, [
    row('Scheme', how.scheme),
    row('Package', html`<strong>${how.package ?? 'unknown'}</strong>`),
    row('Tokens', tokens === 0 ? 'none now: you were known already' : `${tokens} from you`),
    row('Holds for', holdsFor(how)),
    row('Until', timeText(how.expiresAt)),
  ]);
}

function protectionCard(facts) {
  const { tls, extendedProtection: level } = facts;
  return card('protection', 'What protects it', ICONS.shield, [
    tls === undefined
      ? stateRow('TLS', 'bad', 'none: whoever is on the way reads along, and can take over')
      : stateRow('TLS', 'good', `${tls.version.replace('v', ' ')}, ${tls.cipher}`),
    stateRow(
      'Extended Protection',
      level === 'always' ? 'good' : 'neutral',
      html`<code>${level}</code>`,
    ),
    stateRow('Channel bindings', level === 'always' ? 'good' : 'neutral', bindingsText(facts)),
    stateRow(
      'Known by',
      'good',
      'this connection alone: no cookie, header or address stands for you',
    ),
    stateRow('Other sites', 'good', 'their pages cannot use your logon here'),
  ]);
}

function stepItem(step) {
  const { what, detail } = stepText(step);
  return html`<li class="${step.by}">
    <span class="by">${step.by}</span>
    <span class="message"><b>${what}</b> ${detail}</span>
  </li>`;
}

function exchangeSection({ exchange }) {
  return html`<section class="card exchange" aria-labelledby="exchange">
    <h2 id="exchange">${icon(ICONS.talk)}What was said on this connection</h2>
    <ol>
      ${exchange.map(stepItem)}
    </ol>
  </section>`;
}

/** Why there is no name, where there is none. */
function lede({ who, system }) {
  const text = withoutName(who, system);
  return text && html`<p class="lede">${text}</p>`;
}

function shell(title, body) {
  return `${html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        ${body}
      </body>
    </html>`}\n`;
}

/** @param {Awaited<ReturnType<typeof import('./facts.mjs').factsOf>>} facts */
function renderPage(facts) {
  const { who, how, tls, system } = facts;
  return shell(
    `${greeting(who)} — secur32`,
    html`<header>
        <div class="portrait">${icon(ICONS.person)}</div>
        <div>
          <p class="eyebrow">You are logged on</p>
          <h1>${foreign(greeting(who))}</h1>
          ${lede(facts)}
          <ul class="badges" aria-label="In short">
            <li>${how.package ?? how.scheme}</li>
            <li>${tls === undefined ? 'no TLS' : tls.version.replace('v', ' ')}</li>
            <li>${how.persistent ? 'once per connection' : 'with each request'}</li>
          </ul>
        </div>
      </header>
      <main>
        <div class="cards">${[whoCard(facts), howCard(facts), protectionCard(facts)]}</div>
        ${exchangeSection(facts)}
      </main>
      <footer>
        <p>Windows' <code>node.exe</code> ${system.node} (${system.arch}) on ${system.platform}</p>
        <p>This page needs no script, and loads nothing from elsewhere.</p>
      </footer>`,
  );
}

/** A page for what went wrong, and for what is not there. */
function renderFailure(status, text) {
  return shell(
    `${status} — secur32`,
    html`<main>
      <section class="card failure">
        <h1>${status}</h1>
        <p>${text}</p>
        <p><a href="/">Back</a></p>
      </section>
    </main>`,
  );
}

module.exports = { renderFailure, renderPage };
