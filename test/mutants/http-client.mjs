// Faults of the client of secur32/http.

/** @type {import('./mutants.mjs').Mutant[]} */
export const httpClientMutants = [
  {
    name: 'http client: the beginning of a body is dropped when the bound is passed, and the rest is sent as the whole',
    test: { file: 'unit/http-client-uploads', title: 'passes the bound comes during the next leg' },
    changes: [
      {
        file: 'dist/lib/http/client/recorded-body.js',
        text: 'this.#chunks.push(chunk);',
        becomes:
          'this.#chunks.push(chunk); if (this.#bytes + chunk.length > this.#maxBytes) this.#chunks.splice(0, this.#chunks.length - 1);',
      },
      {
        file: 'dist/lib/http/client/recorded-body.js',
        text: 'if (sent !== this.#bytes)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: a body is released while a refusal may need it again',
    test: { file: 'unit/http-client-uploads', title: 'ends its refusal only after the whole body' },
    changes: [
      {
        file: 'dist/lib/http/client/recorded-body.js',
        text: 'this.#keeping = true;',
        becomes: 'this.#keeping = false;',
      },
    ],
  },
  {
    name: 'http client: a body that is given up ends as if it were complete',
    test: { file: 'unit/http-client-bodies', title: 'however far it was read before' },
    changes: [
      {
        file: 'dist/lib/http/client/recorded-body.js',
        text: "throw new Error('this sending of the body was stopped');",
        becomes: 'return undefined;',
      },
    ],
  },
  {
    name: 'http client: a body that failed ends as if it were complete when it is sent again',
    test: { file: 'unit/http-client-bodies', title: 'fails each time once its source failed' },
    changes: [
      {
        file: 'dist/lib/http/client/recorded-body.js',
        text: 'this.#failure = error;',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: a refusal that cost the connection is forgotten within the request',
    test: { file: 'unit/http-client-uploads', title: 'later gets a Blob, after legs without' },
    changes: [
      {
        file: 'dist/lib/http/client/exchange.js',
        text: 'party.challenged || this.#retries.refusedBy(party)',
        becomes: 'party.challenged',
      },
    ],
  },
  {
    name: 'http client: a refusal that cost the connection is forgotten after the request',
    test: { file: 'unit/http-client-uploads', title: 'is remembered: on the next new connection' },
    changes: [
      {
        file: 'dist/lib/http/client/party.js',
        text: 'this.#settings.memory.closesOnBodies = true;',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: after a remembered refusal another request goes out without its body',
    test: { file: 'unit/http-client-uploads', title: 'is remembered: on the next new connection' },
    changes: [
      {
        file: 'dist/lib/http/client/exchange.js',
        text: '(party.mayAsk && party.closesOnBodies && !this.#retries.refusedBy(party))',
        becomes: 'false',
      },
      {
        file: 'dist/lib/http/client/exchange.js',
        text: 'party.challenged || this.#retries.refusedBy(party)',
        becomes: 'party.challenged || party.closesOnBodies',
      },
    ],
  },
  {
    name: 'http client: nothing listens for the failure of a stream until it is read',
    test: { file: 'unit/http-client-body-failures', title: 'is a file that does not exist' },
    crashes: true,
    changes: [
      {
        file: 'dist/lib/http/client/body-source.js',
        text: 'this.#stopListening = (0, node_stream_1.finished)(stream, { writable: false }, (error) => {',
        becomes: 'this.#stopListening = () => undefined; void ((error) => {',
      },
    ],
  },
  {
    name: 'http client: a generator is not read before its turn, and its stream fails unheard',
    test: { file: 'unit/http-client-body-failures', title: 'generator while it waits for a' },
    crashes: true,
    changes: [
      {
        file: 'dist/lib/http/client/recorded-body.js',
        text: 'if (this.#source.silent)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http client: a stream stays open after its request',
    test: { file: 'unit/http-client-body-failures', title: 'destroyed if there is no connection' },
    changes: [
      {
        file: 'dist/lib/http/client/body-source.js',
        text: 'stream.destroy(reason);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http client: a stream stays open, and fails unheard, where its request is not made',
    test: { file: 'unit/http-client-body-failures', title: 'also if it is never sent' },
    crashes: true,
    changes: [
      {
        file: 'dist/lib/http/client/agent.js',
        text: '(0, body_source_js_1.discardBody)(options?.body, error);',
        becomes: '',
      },
    ],
  },
];
