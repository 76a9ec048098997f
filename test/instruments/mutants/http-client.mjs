// Faults of the client of secur32/http.

const CLIENT = 'dist/lib/http/client';

/** @type {import('./mutants.mjs').Mutant[]} */
export const httpClientMutants = [
  {
    name: 'http client: a path may name another host',
    test: { file: 'unit/http/client/targets', title: 'with a user in the place of the path' },
    changes: [
      {
        file: `${CLIENT}/request/request-target.js`,
        text: "if (!path.startsWith('/'))",
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: an origin may have a user',
    test: { file: 'unit/http/client/targets', title: 'with a user in the origin' },
    changes: [
      {
        file: `${CLIENT}/request/request-target.js`,
        text: "/[?#\\\\@\\s\\0-\\x20]/.test(authority) || authority === ''",
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http client: a dot at the end of a host goes into the Host field',
    test: { file: 'unit/http/client/targets', title: 'in capitals, with a dot at its end' },
    changes: [
      {
        file: `${CLIENT}/request/request-target.js`,
        text: "return new URL(`${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}`);",
        becomes: 'return new URL(url.origin);',
      },
    ],
  },
  {
    name: 'http client: a Host field may name another host',
    test: { file: 'unit/http/client/targets', title: 'with the Host of another one' },
    changes: [
      {
        file: `${CLIENT}/request/request-headers.js`,
        text: "if (field === 'host' && !",
        becomes: 'if (false && !',
      },
    ],
  },
  {
    name: 'http client: a Connection field may take the logon away',
    test: { file: 'unit/http/client/targets', title: 'with Connection that names a field' },
    changes: [
      {
        file: `${CLIENT}/request/request-headers.js`,
        text: '!CONNECTION_OPTIONS.includes(option)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http client: a request of node:http may change its host before it is sent',
    test: { file: 'unit/http/client/agent-requests', title: 'a request that changes Host' },
    changes: [
      {
        file: `${CLIENT}/node/request-checks.js`,
        text: 'checkHead(request, url, true);\n        write();',
        becomes: 'write();',
      },
    ],
  },
  {
    name: 'http client: a certificate is checked for the name in the Host field',
    test: {
      file: 'unit/http/client/agent-requests',
      title: 'does not check it for another name, by a Host field',
    },
    changes: [
      {
        file: `${CLIENT}/node/request-checks.js`,
        text: 'if (more.length > 0 ||',
        becomes: 'if (false && more.length > 0 ||',
      },
      {
        file: `${CLIENT}/node/request-checks.js`,
        text: '(host !== undefined && !',
        becomes: '(false && !',
      },
      { file: `${CLIENT}/node/agent-logons.js`, text: "    'servername',\n", becomes: '' },
      {
        file: `${CLIENT}/connection/open-socket.js`,
        text: '{ servername: host }',
        becomes: '{ servername: connect.servername ?? host }',
      },
    ],
  },
  {
    name: 'http client: a certificate is checked for the name in connect.servername',
    test: { file: 'unit/http/client/options', title: '"connect":{"servername"' },
    changes: [
      {
        file: `${CLIENT}/settings.js`,
        text: 'if (forbidden !== undefined)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: a certificate that was not accepted gets a logon without bindings',
    test: { file: 'unit/http/client/tls', title: 'a certificate that is not checked' },
    changes: [
      {
        file: `${CLIENT}/logon/peer.js`,
        text: 'if (!logon.sendChannelBindings)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: the session of an earlier TLS connection is resumed',
    test: { file: 'unit/http/client/tls', title: 'of an earlier connection is not taken up' },
    changes: [
      { file: `${CLIENT}/connection/open-socket.js`, text: 'delete options.session;', becomes: '' },
    ],
  },
  {
    name: 'http client: a logon over TLS has no channel bindings',
    test: { file: 'unit/http/client/tls', title: 'has the bindings of the certificate of tls-rsa' },
    changes: [
      {
        file: `${CLIENT}/logon/peer.js`,
        text: '{ channelBindings: (0, peer_certificate_js_1.channelBindingsOfPeer)(this.#socket) }',
        becomes: '{}',
      },
    ],
  },
  {
    name: 'http client: a certificate without bindings gets a logon',
    test: { file: 'unit/http/client/tls', title: 'a certificate without bindings is refused' },
    changes: [
      {
        file: `${CLIENT}/logon/peer-certificate.js`,
        text: 'if (bindings !== undefined)',
        becomes: 'if (true)',
      },
    ],
  },
  {
    name: 'http client: hosts are not asked who may have a logon',
    test: { file: 'unit/http/client/logon', title: 'hosts that are not allowed get nothing' },
    changes: [
      {
        file: `${CLIENT}/logon/peer.js`,
        text: 'settings.target.hosts.allows(settings.url)',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http client: a host whose name ends in the same way is allowed',
    test: { file: 'unit/http/client/hosts', title: '*.example.com is not http://evilexample.com/' },
    changes: [
      {
        file: `${CLIENT}/host-rules.js`,
        text: 'host.endsWith(rule.host)',
        becomes: 'host.endsWith(rule.host.slice(1))',
      },
    ],
  },
  {
    name: 'http client: an alias leads to a host that is not allowed',
    test: {
      file: 'unit/http/client/hosts',
      title: 'is none where the aliases lead to another host',
    },
    changes: [
      {
        file: `${CLIENT}/logon/target-names.js`,
        text: 'isName && hosts.allows(canonicalUrl)',
        becomes: 'isName',
      },
    ],
  },
  {
    name: 'http client: a ticket of delegation is for the host that an alias leads to',
    test: { file: 'unit/http/client/delegation', title: 'an alias in DNS leads' },
    changes: [
      {
        file: `${CLIENT}/logon/peer.js`,
        text: '        if (delegate)\n',
        becomes: '        if (false)\n',
      },
    ],
  },
  {
    name: 'http client: every server may act as the user',
    test: { file: 'unit/http/client/delegation', title: 'is for the hosts of its own list' },
    changes: [
      { file: `${CLIENT}/logon/peer.js`, text: 'logon.delegateTo.allows(url)', becomes: 'true' },
      {
        file: `${CLIENT}/logon/peer.js`,
        text: '        if (delegate)\n',
        becomes: '        if (false)\n',
      },
    ],
  },
  {
    name: 'http client: a proxy gets the logon that servers may have',
    test: { file: 'unit/http/client/proxy', title: 'has a list of its own' },
    changes: [
      {
        file: `${CLIENT}/connection/connection-opener.js`,
        text: 'target: proxy,',
        becomes: 'target: { ...proxy, hosts: this.#settings.hosts },',
      },
    ],
  },
  {
    name: 'http client: a server gets a token through a proxy that may mix connections',
    test: { file: 'unit/http/client/proxy', title: 'that may mix connections gets no logon' },
    changes: [
      {
        file: `${CLIENT}/connection/connection-opener.js`,
        text: '(mutualAuth || preemptive) && !passedOn',
        becomes: '(mutualAuth || preemptive)',
      },
    ],
  },
  {
    name: 'http client: mutualAuth is content without the last token of the server',
    test: {
      file: 'unit/http/client/identities',
      title: 'is not there without a word of the server',
    },
    changes: [
      {
        file: `${CLIENT}/logon/logon.js`,
        text: 'this.done && this.#serverTokens > 0',
        becomes: 'this.done',
      },
    ],
  },
  {
    name: 'http client: mutualAuth is content without a logon',
    test: { file: 'unit/http/client/proxy', title: 'in place of a server that is to prove itself' },
    changes: [
      {
        file: `${CLIENT}/logon/peer.js`,
        text: 'if (this.#settings.mutualAuth && this.#allowed && !this.#loggedOn)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: the connection of one host serves another one',
    test: { file: 'unit/http/client/fetch', title: 'not allowed carries no token of the first' },
    changes: [
      {
        file: `${CLIENT}/undici/integrated-agent.js`,
        text: 'const key = origin.origin;',
        becomes: "const key = '';",
      },
    ],
  },
  {
    name: 'http client: two users share connections',
    test: { file: 'unit/http/client/identities', title: 'two agents never share a connection' },
    changes: [
      {
        file: `${CLIENT}/undici/integrated-agent.js`,
        text: '#pools = new Map();',
        becomes: '#pools = (globalThis.pools ??= new Map());',
      },
    ],
  },
  {
    name: 'http client: the credentials of one client are those of the next one',
    test: { file: 'unit/http/client/identities', title: 'two agents never share a connection' },
    changes: [
      {
        file: 'dist/lib/http/credentials-cache.js',
        text: '#acquired = new Map();',
        becomes: '#acquired = (globalThis.acquired ??= new Map());',
      },
    ],
  },
  {
    name: 'http client: an authIdentity that lost its value is the user of the process',
    test: { file: 'unit/http/client/options', title: 'is not the user of the process' },
    changes: [
      {
        file: 'dist/lib/core/checks.js',
        text: "kind === 'optional'",
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http client: a pool is forgotten before a request is repeated',
    test: { file: 'unit/http/client/connections', title: 'belongs to its pool' },
    changes: [
      {
        file: `${CLIENT}/connection/connection-pool.js`,
        text: ' && this.#requests === 0',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: connections are not counted',
    test: { file: 'unit/http/client/connections', title: 'beyond the most connections wait' },
    changes: [
      {
        file: `${CLIENT}/connection/connection-pool.js`,
        text: 'this.#occupied < this.#maxConnections',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http client: connections outlive their agent',
    test: { file: 'unit/http/client/connections', title: 'ends with an agent that is closed' },
    changes: [
      { file: `${CLIENT}/undici/integrated-agent.js`, text: 'pool.destroy();', becomes: '' },
    ],
  },
  {
    name: 'http client: a second tunnel is begun beside the first one',
    test: { file: 'unit/http/client/proxy', title: 'is one of the most connections' },
    changes: [
      {
        file: `${CLIENT}/connection/connection-opener.js`,
        text: 'await (0, open_socket_js_1.endSocket)(socket);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: an abort waits until an agent of node:http has logged on',
    test: { file: 'unit/http/client/agent-waits', title: 'the request with an AbortError' },
    changes: [
      {
        file: `${CLIENT}/node/waiting-request.js`,
        text: 'this.#gone();\n                return request;',
        becomes: 'return request;',
      },
    ],
  },
  {
    name: 'http client: a logon goes on after its request was destroyed',
    test: { file: 'unit/http/client/agent-waits', title: 'destroy(error) ends it' },
    changes: [
      {
        file: `${CLIENT}/node/agent-logons.js`,
        text: 'if (begunFor === request)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: a request is not told its time-out while its agent logs on',
    test: { file: 'unit/http/client/agent-waits', title: 'a time-out is told' },
    changes: [
      {
        file: `${CLIENT}/node/waiting-request.js`,
        text: 'this.#restartTimer((0, node_internals_js_1.asNodeRequest)(request).timeout);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: maxSockets leaves out connections whose logon is under way',
    test: { file: 'unit/http/client/agent-waits', title: 'maxSockets' },
    changes: [
      {
        file: `${CLIENT}/node/agent-logons.js`,
        text: '(agent.sockets[name] ??= []).push(placeholder);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: maxTotalSockets leaves out connections whose logon is under way',
    test: { file: 'unit/http/client/agent-waits', title: 'maxTotalSockets' },
    changes: [
      {
        file: `${CLIENT}/node/agent-logons.js`,
        text: 'agent.totalSocketCount += 1;',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: requests wait for ever after one whose logon fails',
    test: { file: 'unit/http/client/agent-waits', title: 'are not forgotten' },
    changes: [
      {
        file: `${CLIENT}/node/agent-logons.js`,
        text: 'created(error);\n            agent.removeSocket(placeholder, options);',
        becomes: 'created(error);',
      },
    ],
  },
  {
    name: 'http client: a server may ask for legs for ever',
    test: { file: 'unit/http/client/logon', title: 'a server that never ends is left' },
    changes: [
      { file: `${CLIENT}/logon/peer.js`, text: 'if (this.#legs > legs)', becomes: 'if (false)' },
    ],
  },
  {
    name: 'http client: a token of a server may have any size',
    test: { file: 'unit/http/client/challenges', title: 'beyond the bound are not decoded' },
    changes: [
      {
        file: 'dist/lib/http/token68.js',
        text: 'if (text.length > base64Length(maxBytes))',
        becomes: 'if (false)',
      },
      {
        file: 'dist/lib/http/token68.js',
        text: "token.length > maxBytes ? 'too large' : token",
        becomes: 'token',
      },
    ],
  },
  {
    name: 'http client: the body of a refusal may have any size',
    test: { file: 'unit/http/client/connections', title: 'with a refusal that has no end is left' },
    changes: [
      {
        file: `${CLIENT}/connection/discard-bounds.js`,
        text: 'if (this.#bytes <= discardedBodyBytes)',
        becomes: 'if (true)',
      },
    ],
  },
  {
    name: 'http client: a connection may take any time',
    test: { file: 'unit/http/client/requests', title: 'a connection is bounded' },
    changes: [
      {
        file: `${CLIENT}/connection/open-socket.js`,
        text: 'fail(connectionFailed(url, `connecting took longer than ${timeoutMs} ms`));',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: the beginning of a body is dropped when the bound is passed, and the rest is sent as the whole',
    test: { file: 'unit/http/client/uploads', title: 'passes the bound comes during the next leg' },
    changes: [
      {
        file: `${CLIENT}/body/buffered-body.js`,
        text: 'this.#chunks.push(chunk);',
        becomes:
          'this.#chunks.push(chunk); if (this.#bytes + chunk.length > this.#maxBytes) this.#chunks.splice(0, this.#chunks.length - 1);',
      },
      {
        file: `${CLIENT}/body/buffered-body.js`,
        text: 'if (sent !== this.#bytes)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: a body is released while a refusal may need it again',
    test: { file: 'unit/http/client/uploads', title: 'ends its refusal only after the whole body' },
    changes: [
      {
        file: `${CLIENT}/body/buffered-body.js`,
        text: 'this.#keeping = true;',
        becomes: 'this.#keeping = false;',
      },
    ],
  },
  {
    name: 'http client: a body that is given up ends as if it were complete',
    test: { file: 'unit/http/client/request-body', title: 'however far it was read before' },
    changes: [
      {
        file: `${CLIENT}/body/buffered-body.js`,
        text: "throw new Error('this sending of the body was stopped');",
        becomes: 'return undefined;',
      },
    ],
  },
  {
    name: 'http client: a body that failed ends as if it were complete when it is sent again',
    test: {
      file: 'unit/http/client/request-body',
      title: 'fails each time once its source failed',
    },
    changes: [
      {
        file: `${CLIENT}/body/buffered-body.js`,
        text: 'this.#failure = error;',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: a refusal that cost the connection is forgotten within the request',
    test: { file: 'unit/http/client/uploads', title: 'later gets a Blob, after legs without' },
    changes: [
      {
        file: `${CLIENT}/undici/exchange.js`,
        text: 'peer.hasChallenged || this.#retries.rejectedBy(peer)',
        becomes: 'peer.hasChallenged',
      },
    ],
  },
  {
    name: 'http client: a refusal that cost the connection is forgotten after the request',
    test: { file: 'unit/http/client/uploads', title: 'is remembered: on the next new connection' },
    changes: [
      {
        file: `${CLIENT}/logon/peer.js`,
        text: 'this.#settings.known.closesOnBody = true;',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: after a remembered refusal another request goes out without its body',
    test: { file: 'unit/http/client/uploads', title: 'is remembered: on the next new connection' },
    changes: [
      {
        file: `${CLIENT}/undici/exchange.js`,
        text: '(exceedsBuffer || peer.closesOnBody) &&',
        becomes: 'exceedsBuffer &&',
      },
      {
        file: `${CLIENT}/undici/exchange.js`,
        text: 'peer.hasChallenged || this.#retries.rejectedBy(peer)',
        becomes: 'peer.hasChallenged || peer.closesOnBody',
      },
    ],
  },
  {
    name: 'http client: nothing listens for the failure of a stream until it is read',
    test: { file: 'unit/http/client/body-failures', title: 'is a file that does not exist' },
    crashes: true,
    changes: [
      {
        file: `${CLIENT}/body/body-source.js`,
        text: 'this.#stopListening = (0, node_stream_1.finished)(stream, { writable: false }, (error) => {',
        becomes: 'this.#stopListening = () => undefined; void ((error) => {',
      },
    ],
  },
  {
    name: 'http client: a generator is not read before its turn, and its stream fails unheard',
    test: { file: 'unit/http/client/body-failures', title: 'generator while it waits for a' },
    crashes: true,
    changes: [
      {
        file: `${CLIENT}/body/buffered-body.js`,
        text: 'if (this.#source.failsOnlyWhenRead)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: a stream stays open after its request',
    test: { file: 'unit/http/client/body-disposal', title: 'destroyed if there is no connection' },
    changes: [
      {
        file: `${CLIENT}/body/body-source.js`,
        text: 'stream.destroy(reason);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: a stream stays open, and fails unheard, where its request is not made',
    test: { file: 'unit/http/client/body-failures', title: 'also if it is never sent' },
    crashes: true,
    changes: [
      {
        file: `${CLIENT}/undici/integrated-agent.js`,
        text: '(0, body_source_js_1.destroyUntakenBody)(options?.body, error);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: a stream that was read before is sent as if it were whole',
    test: { file: 'unit/http/client/read-streams', title: 'of which a part was read' },
    changes: [
      { file: `${CLIENT}/body/body-source.js`, text: 'readableDidRead ||', becomes: 'false ||' },
    ],
  },
  {
    name: 'http client: another reader may take up a stream before it is sent',
    test: {
      file: 'unit/http/client/read-streams',
      title: 'that another reader takes up before it is sent',
    },
    changes: [{ file: `${CLIENT}/body/body-source.js`, text: 'checkUnread(stream);', becomes: '' }],
  },
  {
    name: 'http client: two requests share an iterator',
    test: {
      file: 'unit/http/client/read-streams',
      title: 'an iterator is the body of one request',
    },
    changes: [{ file: `${CLIENT}/body/body-source.js`, text: 'taken.add(source);', becomes: '' }],
  },
  {
    name: 'http client: fetch makes a stream of a string',
    test: { file: 'unit/http/client/fetch', title: 'sends a string again however large it is' },
    changes: [
      {
        file: `${CLIENT}/undici/integrated-fetch.js`,
        text: 'dispatcher: dispatcherFor(agent, forAgent)',
        becomes:
          "dispatcher: typeof forAgent === 'string' ? agent : dispatcherFor(agent, forAgent)",
      },
    ],
  },
  {
    name: 'http client: an idle timer runs during a logon',
    test: {
      file: 'unit/http/client/idle-connections',
      title: 'Keep-Alive: timeout=1 does not close',
    },
    changes: [
      {
        file: `${CLIENT}/connection/logon-connection.js`,
        text: '...idle_time_js_1.WITHOUT_IDLE_TIMER,',
        becomes: 'keepAliveTimeout: limits.keepAliveTimeoutMs,',
      },
    ],
  },
  {
    name: 'http client: a challenge with parameters is a malformed token',
    test: { file: 'unit/http/client/unusable-challenges', title: 'only Negotiate realm="X" has' },
    changes: [
      { file: `${CLIENT}/logon/challenges.js`, text: '|| PARAMETER.test(rest)', becomes: '' },
    ],
  },
  {
    name: 'http client: a body that is discarded may take any time',
    test: {
      file: 'unit/http/client/discarded-responses',
      title: 'is left, and the next connection begins with a token',
    },
    changes: [
      {
        file: `${CLIENT}/connection/discard-bounds.js`,
        text: '}, legTimeoutMs);',
        becomes: '}, 2 ** 31 - 1);',
      },
    ],
  },
  {
    name: 'http client: a repeated request closes the idle connections of others',
    test: { file: 'unit/http/client/idle-connections', title: 'on another one is repeated' },
    changes: [
      {
        file: `${CLIENT}/connection/connection-pool.js`,
        text: 'if (fresh && free)',
        becomes:
          'if (fresh && free && this.#idle.splice(0).every((one) => one.destroy() === undefined))',
      },
    ],
  },
  {
    name: 'http client: a large body of known length is sent without a logon',
    test: {
      file: 'unit/http/client/fetch-requests',
      title: 'of Node.js sends a string after a HEAD',
    },
    changes: [
      {
        file: `${CLIENT}/undici/exchange.js`,
        text: '(exceedsBuffer || peer.closesOnBody)',
        becomes: 'peer.closesOnBody',
      },
    ],
  },
];
