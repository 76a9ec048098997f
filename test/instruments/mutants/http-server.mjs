// Faults of the server of secur32/http.

/** @type {import('./mutants.mjs').Mutant[]} */
export const httpServerMutants = [
  {
    name: 'http: what is known of a client is keyed by its address and port, and outlives it',
    test: { file: 'named-ntlm/http', title: 'from the address and port of one that is gone' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/connections.js',
        text: '#connections = new WeakMap();',
        becomes:
          '#connections = { all: new Map(), get(s) { return this.all.get(s.remotePort); }, set(s, c) { this.all.set(s.remotePort, c); } };',
      },
      {
        file: 'dist/lib/http/server/logon/connection.js',
        text: "this.drop('the connection was closed');\n            for",
        becomes: 'for',
      },
    ],
  },
  {
    name: 'http: what is known of a client is keyed by a header',
    test: { file: 'named-ntlm/http', title: 'give a second socket nothing (reverseProxy: pinned)' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/connections.js',
        text: 'const known = this.#connections.get(socket);',
        becomes:
          "const known = (this.all ??= new Map()).get(request.headers['x-forwarded-for']) ?? this.#connections.get(socket);",
      },
      {
        file: 'dist/lib/http/server/logon/connections.js',
        text: 'this.#open.add(connection);',
        becomes:
          "this.#open.add(connection); if (request.headers['x-forwarded-for']) this.all.set(request.headers['x-forwarded-for'], connection);",
      },
    ],
  },
  {
    name: 'http: a failed logon leaves the one before',
    test: { file: 'unit/http/server/persistence', title: 'when a logon fails' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: '        // Discard the previous logon: a new token may belong to a different user.\n        connection.endSession();\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a request behind a leg is taken for one without a logon',
    test: { file: 'unit/http/server/races', title: 'ends logon and connection' },
    changes: [
      {
        file: 'dist/lib/http/server/request/request-checks.js',
        text: 'connection.isLegRunning || connection.isBroken',
        becomes: 'connection.isBroken',
      },
    ],
  },
  {
    name: 'http: a Kerberos ticket holds for the connection',
    test: { file: 'unit/http/server/persistence', title: 'by Kerberos, or does not' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: 'return persistKerberos;',
        becomes: 'return true;',
      },
    ],
  },
  {
    name: 'http: a logon holds behind a proxy that mixes clients',
    test: { file: 'unit/http/server/persistence', title: 'by NTLM in one leg behind a proxy' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: "if (reverseProxy === 'multiplexing')\n            return false;",
        becomes: '',
      },
    ],
  },
  {
    name: 'http: forwarded requests are like others',
    test: { file: 'named-ntlm/http', title: 'behind a proxy that mixes clients' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: "this.#settings.reverseProxy === 'none' && (0, forwarding_js_1.isForwarded)(request)",
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: a forwarded request leaves the logon of its connection',
    test: { file: 'unit/http/server/persistence', title: 'a sign of a proxy' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: "connection.drop('the request was forwarded');",
        becomes: '',
      },
    ],
  },
  {
    name: 'http: pages of other sites act as the user',
    test: { file: 'unit/http/server/access', title: 'does not act as a user who has logged on' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'return (0, cross_site_js_1.isCrossSite)(request, this.#settings.crossSite) ? rejections.crossSite() : undefined;',
        becomes: 'return undefined;',
      },
    ],
  },
  {
    name: 'http: of several origins the first one counts',
    test: {
      file: 'unit/http/server/cross-site',
      title: 'that is not the only one is of another site',
    },
    changes: [
      {
        file: 'dist/lib/http/server/request/cross-site.js',
        text: "return request.headersDistinct[name]?.join(', ');",
        becomes: 'return request.headersDistinct[name]?.[0];',
      },
    ],
  },
  {
    name: 'http: fields that Node.js left out are not missed',
    test: { file: 'unit/http/server/answers', title: 'of whose fields Node.js drops some' },
    changes: [
      {
        file: 'dist/lib/http/server/request/header-count.js',
        text: 'return most > 0 && rawHeaders.length / 2 >= most;',
        becomes: 'return false;',
      },
    ],
  },
  {
    name: 'http: of several Authorization fields the first one counts',
    test: { file: 'unit/http/server/authorization-header', title: 'are malformed' },
    changes: [
      {
        file: 'dist/lib/http/server/request/authorization-header.js',
        text: 'if (fields.length > 1)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: whatever Node.js takes for base64 is a token',
    test: { file: 'unit/http/server/authorization-header', title: 'bits behind the last byte' },
    changes: [
      {
        file: 'dist/lib/http/token68.js',
        text: "bytes.toString('base64') === text",
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: a token of any size is decoded',
    test: {
      file: 'unit/http/server/authorization-header',
      title: 'is refused before anything is decoded',
    },
    changes: [
      {
        file: 'dist/lib/http/server/request/authorization-header.js',
        text: 'field.slice(0, bound + 1)',
        becomes: 'field',
      },
      {
        file: 'dist/lib/http/server/request/authorization-header.js',
        text: 'if (field.length > bound)',
        becomes: 'if (false)',
      },
      {
        file: 'dist/lib/http/token68.js',
        text: 'if (text.length > base64Length(maxBytes))',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: rules are not looked at',
    test: { file: 'unit/http/server/access', title: 'who is denied' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/access-control.js',
        text: 'this.#rules.permits(identity)',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: guests come in',
    test: { file: 'unit/http/server/access', title: 'who is a guest' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/access-control.js',
        text: '!identity.isGuest || guests',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: with ntlm: false a package that does not say what it is comes in',
    test: { file: 'unit/http/server/access', title: 'a package that is not told' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/access-control.js',
        text: "if (!ntlm && (0, package_kinds_js_1.packageKind)(packageName ?? '') !== 'kerberos')",
        becomes: "if (!ntlm && packageName === 'NTLM')",
      },
    ],
  },
  {
    name: 'http: a slot is given back while its leg still runs',
    test: { file: 'scripted/http-attacks', title: 'makes no more calls than there are slots' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/pending-logon.js',
        text: 'this.context.whenIdle(this.#options.releaseSlot);',
        becomes: 'this.#options.releaseSlot();',
      },
    ],
  },
  {
    name: 'http: a slot is given back while a later leg still runs',
    test: { file: 'scripted/http-attacks', title: 'the 2. time is given up' },
    changes: [
      {
        file: 'dist/lib/context/handshake.js',
        text: 'if (this.#context === undefined)\n                callback();',
        becomes: 'if (true)\n                callback();',
      },
    ],
  },
  {
    name: 'http: logons are not counted by address',
    test: { file: 'scripted/http-attacks', title: 'is held up by address, and only that' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/handshake-slots.js',
        text: 'if (ofNetwork >= limits.handshakesPerAddress)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: a logon is never given up',
    test: { file: 'unit/http/server/races', title: 'that does not come is not waited for' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/pending-logon.js',
        text: 'onTimeout(reason);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: what a connection that ended had under way stays',
    test: { file: 'unit/http/server/races', title: 'between two legs leaves nothing' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/connection.js',
        text: "this.drop('the connection was closed');\n            for",
        becomes: 'for',
      },
    ],
  },
  {
    name: 'http: a leg that was given up counts when it succeeds',
    test: { file: 'unit/http/server/races', title: 'close()' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/connections.js',
        text: 'for (const connection of this.#open)\n            connection.drop',
        becomes: 'for (const connection of [])\n            connection.drop',
      },
    ],
  },
  {
    name: 'http: a logon begins in the moment of close()',
    test: {
      file: 'unit/http/server/races',
      title: 'turns after the credentials came lets nobody in',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: "            if (this.#credentials.isClosed)\n                throw (0, errors_js_1.closedError)('the authenticator');\n",
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a server that does not become ready is waited for',
    test: { file: 'unit/http/server/races', title: 'does not let it wait for ever' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: 'await (0, time_limit_js_1.withinTime)(this.#getCredentials(scheme), limits.legTimeoutMs, ',
        becomes: 'await ((promise) => promise)(this.#getCredentials(scheme), limits.legTimeoutMs, ',
      },
    ],
  },
  {
    name: 'http: a client that went before its turn logs on',
    test: {
      file: 'unit/http/server/races',
      title: 'before the middleware is reached leaves nothing',
    },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'if (request.socket.destroyed)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: a kept context is closed while its handler runs',
    test: {
      file: 'unit/http/server/kept-context',
      title: 'of one request it is open while the handler runs',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/kept-context.js',
        text: 'this.#ended && this.#uses === 0',
        becomes: 'this.#ended',
      },
    ],
  },
  {
    name: 'http: a kept context outlives its client',
    test: {
      file: 'unit/http/server/kept-context',
      title: 'also where answers wait for one another',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/connection.js',
        text: 'kept.close();',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a logon does not expire',
    test: { file: 'unit/http/server/persistence', title: 'until it expires' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/connection.js',
        text: '(0, expiry_js_1.isExpired)(session.authentication)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: the second leg of another connection begins a logon',
    test: {
      file: 'unit/http/server/persistence',
      title: 'on another connection is refused, with a hint',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: 'pendingLogon === undefined && (0, continued_token_js_1.continuesLogon)(token)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: a logon may have any number of legs',
    test: { file: 'unit/http/server/persistence', title: 'no more often than limits.legs allows' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: 'if (logon.legs >= this.#settings.limits.legs)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: TLS connections have no Extended Protection',
    test: { file: 'scripted/http-attacks', title: 'are of the certificate of the connection' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/extended-protection.js',
        text: "'always' : 'never'",
        becomes: "'never' : 'never'",
      },
    ],
  },
  {
    name: 'http: a certificate without channel bindings is like no TLS',
    test: {
      file: 'unit/http/server/protection',
      title: 'lets nobody log on, and says why to the log alone',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/extended-protection.js',
        text: "if (level === 'whenSupported')",
        becomes: 'if (true)',
      },
    ],
  },
  {
    name: 'http: HTTP/2 is answered as HTTP/1.1 would be',
    test: { file: 'unit/http/server/http2', title: 'is sent to HTTP/1.1' },
    changes: [
      {
        file: 'dist/lib/http/server/request/http2.js',
        text: 'NGHTTP2_HTTP_1_1_REQUIRED',
        becomes: 'NGHTTP2_REFUSED_STREAM',
      },
    ],
  },
  {
    name: 'http: a logger that throws ends the request',
    test: { file: 'unit/http/server/events', title: 'is reported once (S13) by throwing' },
    changes: [
      {
        file: 'dist/lib/http/server/events.js',
        text: '        catch (error) {\n            warn(error);',
        becomes: '        catch (error) {\n            throw error;',
      },
    ],
  },
  {
    name: 'http: an answer tells the error',
    test: { file: 'unit/http/server/answers', title: 'is answered without a word of it' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: 'text: rejections.getStatusText(status) };',
        becomes: 'text: reason };',
      },
    ],
  },
  {
    name: 'http: a misspelt option is ignored',
    test: { file: 'unit/http/server/options', title: 'which there is not' },
    changes: [
      {
        file: 'dist/lib/core/checks.js',
        text: 'throw unknownOption(name, names, prefix);',
        becomes: 'continue;',
      },
    ],
  },
  {
    name: 'http: only a wrong password is answered as one',
    test: {
      file: 'unit/http/server/rejections',
      title: 'on leg 2, whatever token the package made',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/failures.js',
        text: 'return !SERVER_FAULTS.has(name) && !hasNoFacility(error.status);',
        becomes: "return name === 'SEC_E_LOGON_DENIED';",
      },
    ],
  },
  {
    name: 'http: the token of a failure is sent',
    test: {
      file: 'unit/http/server/rejections',
      title: 'on leg 2, whatever token the package made',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/responder.js',
        text: 'status === 401 ? { ...rejection, challenges: this.#offers } : rejection',
        becomes:
          'status === 401 ? { ...rejection, challenges: [(0, answer_js_1.formatChallenge)(scheme, error.token)] } : rejection',
      },
    ],
  },
  {
    name: 'http: a domain that the client made up is an outage of the server',
    test: {
      file: 'unit/http/server/rejections',
      title: 'is a wrong password for a client that names a domain that it made up',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/failures.js',
        text: 'leg && (0, named_authority_js_1.namesOtherAuthority)(leg.token, leg.challenge)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: an outage is a wrong password',
    test: {
      file: 'unit/http/server/rejections',
      title: 'is 503 for a client of the domain of the server',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/failures.js',
        text: 'leg && (0, named_authority_js_1.namesOtherAuthority)(leg.token, leg.challenge)',
        becomes: 'leg',
      },
    ],
  },
  {
    name: 'http: an HRESULT is not the NTSTATUS that it stands for',
    test: { file: 'unit/http/server/failures', title: 'is the same answer as an HRESULT' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/failures.js',
        text: '(0, status_js_1.plainStatus)(error.status)',
        becomes: 'error.status',
      },
    ],
  },
  {
    name: 'http: a guest is not answered as a wrong password',
    test: {
      file: 'unit/http/server/rejections',
      title: 'takes an unknown name for the guest account',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/access-control.js',
        text: '!permitted && identity.isGuest',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: a server of Kerberos alone begins a logon by NTLM',
    test: { file: 'unit/http/server/ntlm-token', title: 'asks again after what Windows wraps' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: '(0, ntlm_token_js_1.isKerberosOnly)(this.#settings, scheme) && (0, ntlm_token_js_1.isNtlmToken)(token)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: NTLM that is no valid DER gets to the package of a server of Kerberos alone',
    test: {
      file: 'unit/http/server/ntlm-token',
      title: 'asks again after a message in SPNEGO whose length',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/ntlm-token.js',
        text: 'parseToken(token, wrapsNtlm) ?? containsNtlm(token)',
        becomes: 'parseToken(token, wrapsNtlm) ?? false',
      },
      {
        file: 'dist/lib/http/server/logon/ntlm-token.js',
        text: 'return isFramed ?? containsNtlm(token);',
        becomes: 'return isFramed ?? false;',
      },
    ],
  },
  {
    name: 'http: NTLM as an alternative to Kerberos is NTLM',
    test: {
      file: 'unit/http/server/ntlm-token',
      title: 'gives the package a ticket as Windows sends it',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/ntlm-token.js',
        text: 'types.includes(NTLM) && !types.some((type) => KERBEROS.includes(type))',
        becomes: 'types.includes(NTLM)',
      },
    ],
  },
  {
    name: 'http: the last request of maxRequestsPerSocket is challenged',
    test: {
      file: 'unit/http/server/kept-alive',
      title: 'the last request of maxRequestsPerSocket',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/kept-alive.js',
        text: 'if (isLast)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: a challenge that says Connection: close is sent',
    test: { file: 'unit/http/server/kept-alive', title: 'that something in front of it set' },
    changes: [
      {
        file: 'dist/lib/http/server/answer/kept-alive.js',
        text: 'if ((0, connection_close_js_1.hasConnectionClose)(',
        becomes: 'if (false && (0, connection_close_js_1.hasConnectionClose)(',
      },
    ],
  },
  {
    name: 'http: a client that waits for 100 is challenged on a connection that ends',
    test: { file: 'unit/http/server/kept-alive', title: 'also where it waits on the first leg' },
    changes: [
      {
        file: 'dist/lib/http/server/answer/kept-alive.js',
        text: 'if (waits && !isSent)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: a limit that no logon fits in is not told',
    test: { file: 'unit/http/server/kept-alive', title: 'is told once: maxRequestsPerSocket 2' },
    changes: [
      {
        file: 'dist/lib/http/server/keep-alive-limits.js',
        text: 'most >= REQUESTS_OF_A_LOGON',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: a preflight reaches handlers without a logon',
    test: {
      file: 'unit/http/server/preflight',
      title: 'is answered with 403 and reaches no handler',
    },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'if (this.#settings.passPreflights)',
        becomes: 'if (true)',
      },
    ],
  },
  {
    name: 'http: a preflight may have a body',
    test: {
      file: 'unit/http/server/preflight',
      title: 'a request with a body is like any other one',
    },
    changes: [
      {
        file: 'dist/lib/http/server/request/preflight.js',
        text: '        !(0, request_body_js_1.hasBody)(request) &&\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a preflight passes although it was forwarded',
    test: {
      file: 'unit/http/server/preflight',
      title: 'a request that was forwarded is like any other one',
    },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'if (this.#isForbiddenForward(request))\n            return undefined;',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a preflight uses the logon of its connection',
    test: {
      file: 'unit/http/server/preflight',
      title: 'on a connection with a logon neither uses it nor ends it',
    },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'return (0, preflight_js_1.resemblesPreflight)(request)',
        becomes: 'return false',
      },
    ],
  },
  {
    name: 'http: a version that a client writes is HTTP/2',
    test: { file: 'unit/http/server/versions', title: 'HTTP/2.0 without a logon is answered' },
    changes: [
      {
        file: 'dist/lib/http/server/request/http2.js',
        text: 'request instanceof node_http2_1.Http2ServerRequest',
        becomes: 'request.httpVersionMajor >= 2',
      },
      {
        file: 'dist/lib/http/server/request/http2.js',
        text: 'request.stream.close',
        becomes: 'request.stream?.close',
      },
    ],
  },
  {
    name: 'http: the connection of a refused upgrade stays',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'an upgrade of http without a logon is asked for one',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/upgrade-reply.js',
        text: 'socket.destroySoon();',
        becomes: '',
      },
      {
        file: 'dist/lib/http/server/answer/upgrade-reply.js',
        text: 'socket.resume();',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: an upgrade is answered on its response, which is written nowhere',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'and a response of its own: a refusal is written',
    },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'return (0, upgrade_js_1.isUpgrade)(request)\n            ?',
        becomes: 'return false\n            ?',
      },
    ],
  },
  {
    name: 'http: the socket of an upgrade is not handed back',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'an upgrade of http takes a logon of two legs',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/hand-back.js',
        text: "server.emit(server instanceof node_tls_1.Server ? 'secureConnection' : 'connection', socket);",
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a socket of TLS is handed back as a plain one',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'an upgrade of https takes a logon of two legs',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/hand-back.js',
        text: "server instanceof node_tls_1.Server ? 'secureConnection' : 'connection'",
        becomes: "'connection'",
      },
    ],
  },
  {
    name: 'http: a socket is handed back any number of times',
    test: { file: 'unit/http/server/upgrade', title: 'more often than limits.legs' },
    changes: [
      {
        file: 'dist/lib/http/server/answer/hand-back.js',
        text: '(timesHandedBack.get(socket) ?? 0) < mostTimes',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: the response of a framework stays on a socket that is handed back',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'assigned to the socket: a logon of two legs comes in',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/upgrade-reply.js',
        text: 'response.detachSocket(this.#socket);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: an upgrade may have a body',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'that announces a body is refused before that comes',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/upgrade-reply.js',
        text: 'if ((0, request_body_js_1.hasBody)(this.#request))',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: what comes while a leg of an upgrade runs is the next request',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'while its leg runs ends logon and connection',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/hand-back.js',
        text: 'socket.readableLength === 0',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: the refusal of an upgrade is written into the answer to another request',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'before the answer to another request ends the connection',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/upgrade-reply.js',
        text: 'this.#otherUnfinished === undefined',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: of several requests before an upgrade the answer to the first one counts',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'although the first one got its long answer',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/upgrade-reply.js',
        text: 'return this.#otherUnfinished === undefined',
        becomes: 'return this.#otherUnfinished?.writableEnded ?? true',
      },
    ],
  },
  {
    name: 'http: a slow domain that the client made up is an outage of the server',
    test: {
      file: 'unit/http/server/rejections',
      title: 'because of a domain that the client made up',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/named-authority.js',
        text: 'token.includes(IAKERB) : namesOtherAuthority(token, challenge)',
        becomes: 'token.includes(IAKERB) : false',
      },
    ],
  },
  {
    name: 'http: names of NTLM are read by the flags of one message',
    test: { file: 'unit/http/server/rejections', title: 'which was agreed on' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/named-authority.js',
        text: '(0, ntlm_messages_js_1.hasUnicode)(message) !== (0, ntlm_messages_js_1.hasUnicode)(challenged)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: an error of an upgraded socket is thrown',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'may fail: nothing is thrown, and nothing is left',
    },
    changes: [
      {
        file: 'dist/lib/http/server/answer/hand-back.js',
        text: "emitter.on('error', ignoreError);",
        becomes: '{}',
      },
    ],
  },
  {
    name: 'http: a connection waits for the next leg of a logon that was given up',
    test: {
      file: 'unit/http/server/upgrade',
      title: 'whose logon is given up between two legs ends its connection',
    },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: '(0, hand_back_js_1.endIfWaiting)(socket);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: Fastify waits for a client between two legs of an upgrade',
    test: {
      file: 'unit/http/server/websockets',
      title: 'ends while a client waits between two legs',
    },
    changes: [
      {
        file: 'dist/lib/http/server/adapters/fastify.js',
        text: '(0, hand_back_js_1.endAllWaiting)(fastify.server);',
        becomes: '{}',
      },
    ],
  },
  {
    name: 'http: an upgrade of another site may look like a link',
    test: { file: 'unit/http/server/upgrade', title: 'of another site that looks like a link' },
    changes: [
      {
        file: 'dist/lib/http/server/request/cross-site.js',
        text: '!(0, upgrade_js_1.isUpgrade)(request) && (request.method',
        becomes: '(request.method',
      },
    ],
  },
  {
    name: 'http: guests: true is silently without effect beside rules',
    test: { file: 'unit/http/server/options', title: 'guests would have no effect' },
    changes: [
      {
        file: 'dist/lib/http/server/settings.js',
        text: 'settings.guests && settings.access !== undefined',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: options that are undefined are those of nobody',
    test: { file: 'unit/http/server/options', title: 'are an error, not those of nobody' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'options.length === 0 ? {} : options[0]',
        becomes: 'options[0] ?? {}',
      },
    ],
  },
  {
    name: 'http: of several Referers the first one counts',
    test: { file: 'unit/http/server/cross-site', title: 'is of another site with two of them' },
    changes: [
      {
        file: 'dist/lib/http/server/request/cross-site.js',
        text: 'referer === undefined || more.length > 0',
        becomes: 'referer === undefined',
      },
    ],
  },
  {
    name: 'http: a Referer only has to begin like a listed origin',
    test: { file: 'unit/http/server/cross-site', title: 'is of another site with the Referer' },
    changes: [
      {
        file: 'dist/lib/http/server/request/cross-site.js',
        text: 'referer.startsWith(`${origin}/`)',
        becomes: 'referer.startsWith(origin)',
      },
    ],
  },
  {
    name: 'http: a Referer of the server itself outweighs Sec-Fetch-Site',
    test: { file: 'unit/http/server/cross-site', title: 'is of another site with the Referer' },
    changes: [
      {
        file: 'dist/lib/http/server/request/cross-site.js',
        text: 'hasReferer(request, origins)',
        becomes:
          "hasReferer(request, new Set([...origins, `https://${getSingle(request, 'host')}`]))",
      },
    ],
  },
  {
    name: 'http: a page of a listed origin changes something without an Origin',
    test: { file: 'unit/http/server/cross-site', title: 'only reads: not POST' },
    changes: [
      {
        file: 'dist/lib/http/server/request/cross-site.js',
        text: 'return (isReading(request) &&\n        (site',
        becomes: 'return (!(0, upgrade_js_1.isUpgrade)(request) &&\n        (site',
      },
    ],
  },
  {
    name: 'http: an error of the second middleware is left to next',
    test: { file: 'unit/http/server/second-authenticator', title: 'answers 500 itself' },
    changes: [
      {
        file: 'dist/lib/http/server/adapters/middleware.js',
        text: '(0, failure_answer_js_1.answerFailure)(request, response);',
        becomes: 'return process.nextTick(next, error);',
      },
    ],
  },
  {
    name: 'http: nobody is told that all clients have one address',
    test: { file: 'unit/http/server/address-limit', title: 'is told of once' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: 'this.#onFullAddress();',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: credentials of another scheme pass as no credentials',
    test: { file: 'unit/http/server/other-schemes', title: 'are challenged with' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: "passOtherSchemes && kind === 'other'",
        becomes: "(passOtherSchemes || passAnonymous) && kind === 'other'",
      },
    ],
  },
  {
    name: 'http: credentials of another scheme that pass end the logon',
    test: { file: 'unit/http/server/other-schemes', title: 'pass if the application says so' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: "if (authorization.kind === 'other') {",
        becomes: "if (authorization.kind === 'other') { connection.endSession();",
      },
    ],
  },
  {
    name: 'http: a client whose logon ended is nobody without knowing it',
    test: { file: 'unit/http/server/other-schemes', title: 'because it has expired' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'mayPass && !connection.hasLostSession()',
        becomes: 'mayPass',
      },
    ],
  },
  {
    name: 'http: a first token that the package cannot read is malformed',
    test: {
      file: 'unit/http/server/rejections',
      title: 'for a first token that the package cannot read',
    },
    changes: [
      {
        file: 'dist/lib/http/server/logon/failures.js',
        text: 'return isUnreadable ? 401 : 400;',
        becomes: 'return 400;',
      },
    ],
  },
  {
    name: 'http: a promise of the logger that rejects is left alone',
    test: { file: 'unit/http/server/events', title: 'is reported once (S13) by rejecting' },
    changes: [
      {
        file: 'dist/lib/http/server/events.js',
        text: 'result.catch(warn);',
        becomes: 'result.catch(() => undefined);',
      },
    ],
  },
  {
    name: 'http: another copy of the package is not told from none',
    test: {
      file: 'unit/http/server/two-copies',
      title: 'has no identity in this one, which says that there are two',
    },
    changes: [
      {
        file: 'dist/lib/http/server/authentication.js',
        text: "return DECIDED in request ? 'another copy' : undefined;",
        becomes: 'return undefined;',
      },
    ],
  },
  {
    name: 'http: a copy of the package gives the identity to others',
    test: { file: 'unit/http/server/two-copies', title: 'says so without the identity' },
    changes: [
      {
        file: 'dist/lib/http/server/authentication.js',
        text: 'value: true, configurable: true',
        becomes: 'value: authentication, configurable: true',
      },
    ],
  },
  {
    name: 'http: requirements tell guests from wrong passwords',
    test: { file: 'unit/http/server/access', title: 'is answered as a wrong password' },
    changes: [
      {
        file: 'dist/lib/http/server/logon/negotiation.js',
        text: 'if ((0, server_context_js_1.hasRejectedGuest)(logon.context))',
        becomes: 'if (false)',
      },
    ],
  },
];
