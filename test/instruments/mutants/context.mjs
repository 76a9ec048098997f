// Faults of impersonation, tokens, identity, rules, Extended Protection.

/** @type {import('./mutants.mjs').Mutant[]} */
export const contextMutants = [
  {
    name: 'a thread does not stop acting as the client',
    test: {
      file: 'scripted/impersonation',
      title: 'a function runs as the client until it returns, on this thread',
    },
    changes: [
      {
        file: 'src-native/system/impersonation.cc',
        text: '  if (Api().RevertSecurityContext(context->handle()) < 0 || HasThreadToken(&level)) {\n',
        becomes: '  if (level != 0) {\n',
      },
    ],
  },
  {
    name: 'that a thread goes on as the client is not noticed',
    test: { file: 'scripted/impersonation', title: 'a revert that fails ends the process' },
    changes: [
      {
        file: 'src-native/system/impersonation.cc',
        text: '  if (Api().RevertSecurityContext(context->handle()) < 0 || HasThreadToken(&level)) {\n',
        becomes: '  Api().RevertSecurityContext(context->handle());\n  if (level != 0) {\n',
      },
    ],
  },
  {
    name: 'a client who may only be identified is acted as',
    test: {
      file: 'scripted/impersonation',
      title:
        'nobody is impersonated, and nothing runs where the client allows to be identified only',
    },
    changes: [
      {
        file: 'src-native/system/impersonation.cc',
        text: 'level < SecurityImpersonation',
        becomes: 'level < SecurityAnonymous',
      },
    ],
  },
  {
    name: 'a thread that acts as one client takes over another',
    test: {
      file: 'scripted/impersonation',
      title: 'inside another client is not impersonated, nor the same one',
    },
    changes: [
      {
        file: 'src-native/system/impersonation.cc',
        text: '  if (HasThreadToken(&level)) {\n    *failure = ImpersonationFailure::kAlready;',
        becomes: '  if (false) {\n    *failure = ImpersonationFailure::kAlready;',
      },
    ],
  },
  {
    name: 'the function runs although nobody is impersonated',
    test: { file: 'scripted/impersonation', title: 'nobody is impersonated, and nothing runs' },
    changes: [
      {
        file: 'src-native/binding/impersonation_calls.cc',
        text: 'if (status >= 0 && failure == ImpersonationFailure::kNone) {',
        becomes: 'if (status >= 0) {',
      },
    ],
  },
  {
    name: 'impersonation: asynchronous calls start while a thread acts as a client',
    test: {
      file: 'scripted/impersonation',
      title: 'inside asynchronous calls are refused, because they would run as this process',
    },
    changes: [
      {
        file: 'src-native/binding/job.cc',
        text: 'if (IsThreadImpersonating()) return',
        becomes: 'if (false) return',
      },
    ],
  },
  {
    name: 'impersonation: another copy of the package does not ask whom the thread acts as',
    test: {
      file: 'scripted/impersonation',
      title: 'another copy of the package in this process starts nothing that would run as this',
    },
    changes: [
      {
        file: 'src-native/binding/job.cc',
        text: 'if (IsThreadImpersonating()) return',
        becomes: 'if (false) return',
      },
    ],
  },
  {
    name: 'impersonation: a call that would have to wait is taken while the thread acts as a client',
    test: {
      file: 'scripted/impersonation',
      title: 'inside calls that would have to wait are refused, too',
    },
    changes: [
      {
        file: 'dist/lib/binding/impersonating.js',
        text: 'if (impersonating !== 0)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'impersonation: each copy of the addon remembers an identity of its own',
    test: {
      file: 'native/logon-kerberos',
      title: 'nor is it accepted by another copy of the package',
    },
    changes: [
      {
        file: 'src-native/system/process_identity.cc',
        text: 'sizeof(Record), name.get());',
        becomes: 'sizeof(Record), nullptr);',
      },
    ],
  },
  {
    name: 'impersonation: a function that goes on later runs as the client',
    test: { file: 'scripted/impersonation', title: 'a function that goes on later' },
    changes: [
      {
        file: 'dist/lib/raw/impersonation.js',
        text: 'const unfinished = (0, unfinished_results_js_1.unfinishedIn)(value);',
        becomes: 'const unfinished = undefined;',
      },
    ],
  },
  {
    name: 'a credential is acquired although the client was not impersonated',
    test: {
      file: 'scripted/on-behalf-of',
      title: 'where the client cannot be impersonated nothing is acquired',
    },
    changes: [
      {
        file: 'src-native/binding/credential_calls.cc',
        text: '    if (impersonated_) RunAcquire(&acquire_);\n',
        becomes: '    RunAcquire(&acquire_);\n',
      },
    ],
  },
  {
    name: 'a credential on behalf of a client is acquired without impersonating',
    test: {
      file: 'scripted/on-behalf-of',
      title: 'the thread is the client while the credential is acquired, and only that one',
    },
    changes: [
      {
        file: 'src-native/binding/credential_calls.cc',
        text: '    RunImpersonating();\n    on_behalf_of_.reset();\n',
        becomes: '    RunAcquire(&acquire_);\n    on_behalf_of_.reset();\n',
      },
    ],
  },
  {
    name: 'a credential is acquired for a client that went meanwhile',
    test: {
      file: 'scripted/on-behalf-of',
      title: 'that is closed while the call waits has no client any more',
    },
    changes: [
      {
        file: 'src-native/binding/credential_calls.cc',
        text: '    unwanted_ = on_behalf_of_->closed();\n',
        becomes: '    unwanted_ = false;\n',
      },
    ],
  },
  {
    name: 'a context that is in use lends its client',
    test: {
      file: 'scripted/on-behalf-of',
      title: 'that is in use itself does not let its client be used',
    },
    changes: [
      {
        file: 'src-native/binding/credential_calls.cc',
        text: ' ||\n        !job->turn()->Enter(*job->on_behalf_of(), &refusal)) {',
        becomes: ') {',
      },
    ],
  },
  {
    name: 'another identity beside a client is taken',
    test: { file: 'scripted/on-behalf-of', title: 'such as another identity beside it' },
    changes: [
      {
        file: 'src-native/binding/credential_calls.cc',
        text: '    if (acquire->user.present()) return Refuse(env, Refusal::kBadArgument);\n',
        becomes: '',
      },
      {
        file: 'dist/lib/raw/acquire-credentials-handle.js',
        text: 'if (user !== undefined && onBehalfOf !== undefined) {',
        becomes: 'if (false) {',
      },
    ],
  },
  {
    name: 'a context that was given away is deleted again',
    test: { file: 'scripted/transfer', title: 'an exported context' },
    changes: [
      {
        file: 'src-native/sspi/handles.cc',
        text: 'if (!given_away_) Api()',
        becomes: 'Api()',
      },
    ],
  },
  {
    name: 'the handle of a context that was given away stays open',
    test: { file: 'scripted/transfer', title: 'an exported context' },
    changes: [
      {
        file: 'src-native/binding/transfer_calls.cc',
        text: '    CloseContextValue(env, arguments[0]);\n',
        becomes: '',
      },
      {
        file: 'dist/lib/raw/transfer.js',
        text: '    if (deletes)\n        (0, handles_js_1.closeContext)(context);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'a failed export takes what was left behind',
    test: { file: 'scripted/transfer', title: 'an exported context' },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/transfer.cc',
        text: '  if (exported->status < 0) {\n    exported->token = nullptr;\n    return;\n  }\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'a context is gone although its export failed',
    test: { file: 'scripted/transfer', title: 'an exported context' },
    changes: [
      {
        file: 'src-native/binding/transfer_calls.cc',
        text: 'exported.status >= 0 && (flags',
        becomes: ' (flags',
      },
    ],
  },
  {
    name: 'an imported context takes legs',
    test: { file: 'scripted/transfer', title: 'an imported context takes no legs, of either side' },
    crashes: true,
    changes: [
      {
        file: 'src-native/binding/context_calls.cc',
        text: 'if (leg->context->side() != leg->side) {',
        becomes:
          'if (leg->context->side() != leg->side && leg->context->side() != LegSide::kNone) {',
      },
    ],
  },
  {
    name: 'a token is not closed',
    test: { file: 'scripted/tokens', title: 'the token of a context' },
    changes: [
      {
        file: 'src-native/system/token.cc',
        text: '  CloseHandle(handle_);\n  --live_counts.tokens;',
        becomes: '  --live_counts.tokens;',
      },
    ],
  },
  {
    name: 'a token is closed with its context',
    test: { file: 'scripted/tokens', title: 'the token of a context stays when its context goes' },
    changes: [
      {
        file: 'src-native/binding/token_calls.cc',
        text: '  const SECURITY_STATUS status = Api().QuerySecurityContextToken(context->handle(), &handle);\n',
        becomes:
          '  const SECURITY_STATUS status = Api().QuerySecurityContextToken(context->handle(), &handle);\n  CloseHandle(handle);\n',
      },
    ],
  },
  {
    name: 'what a failing package left behind is taken for a token',
    test: { file: 'scripted/tokens', title: 'the token of a context' },
    changes: [
      {
        file: 'src-native/binding/token_calls.cc',
        text: 'Token token(status < 0 ? nullptr : handle);',
        becomes: 'Token token(handle);',
      },
    ],
  },
  {
    name: 'the token is kept after the identity was read',
    test: {
      file: 'scripted/identity',
      title: 'it is the user, the groups and the level, and the token is closed',
    },
    changes: [
      {
        file: 'dist/lib/identity/identity.js',
        text: '        token.close();\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'groups for denying only make a member',
    test: { file: 'scripted/identity', title: 'groups for denying only make no member, but deny' },
    changes: [
      {
        file: 'dist/lib/identity/identity.js',
        text: 'group.sid === wanted && group.enabled && !group.denyOnly',
        becomes: 'group.sid === sid',
      },
    ],
  },
  {
    name: 'groups for denying only let in',
    test: { file: 'scripted/identity', title: 'groups for denying only make no member, but deny' },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: 'group.enabled && !group.denyOnly && allow.has(group.sid)',
        becomes: 'allow.has(group.sid)',
      },
    ],
  },
  {
    name: 'groups for denying only do not deny',
    test: { file: 'scripted/identity', title: 'groups for denying only make no member, but deny' },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: 'groups.some((group) => this.#deny.has(group.sid))',
        becomes:
          'groups.some((group) => group.enabled && !group.denyOnly && this.#deny.has(group.sid))',
      },
    ],
  },
  {
    name: 'nobody comes in',
    test: { file: 'unit/access-rules', title: 'nobody comes in who is anonymous' },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: ' || isAnonymous || isNullSession',
        becomes: '',
      },
    ],
  },
  {
    name: 'a null session is a logon',
    test: { file: 'scripted/identity', title: 'a logon is no logon of a null session' },
    changes: [
      {
        file: 'dist/lib/context/server-context.js',
        text: '            ...(nullSession ? [NOT_ANONYMOUS] : []),\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'an identity that cannot be read is none',
    test: { file: 'scripted/identity', title: 'a logon is no logon where' },
    changes: [
      {
        file: 'dist/lib/core/unless-unsupported.js',
        text: 'status === status_js_1.SEC_E_UNSUPPORTED_FUNCTION || ',
        becomes: 'status !== 0 || ',
      },
    ],
  },
  {
    name: 'channel bindings of a client are missing on its second leg',
    test: {
      file: 'scripted/extended-protection',
      title: 'channel bindings are there on every leg of a client',
    },
    changes: [
      {
        file: 'dist/lib/context/client-context.js',
        text: 'input: [...input, ...this.#bindings],',
        becomes: 'input: context === undefined ? [...input, ...this.#bindings] : input,',
      },
    ],
  },
  {
    name: 'channel bindings of a server are missing on its second leg',
    test: {
      file: 'scripted/extended-protection',
      title: 'channel bindings are behind the token on every leg of a server',
    },
    changes: [
      {
        file: 'dist/lib/context/server-context.js',
        text: 'input: [...input, ...this.#policy.input],',
        becomes: 'input: context === undefined ? [...input, ...this.#policy.input] : input,',
      },
    ],
  },
  {
    name: 'every target name but the right ones is let in',
    test: { file: 'scripted/extended-protection', title: 'targetNames' },
    changes: [
      {
        file: 'dist/lib/context/extended-protection.js',
        text: '(0, service_principal_names_js_1.isAllowedTarget)(target, allowed)',
        becomes: '!(0, service_principal_names_js_1.isAllowedTarget)(target, allowed)',
      },
    ],
  },
  {
    name: 'who says no target name is let in',
    test: { file: 'scripted/extended-protection', title: 'targetNames' },
    changes: [
      {
        file: 'dist/lib/context/extended-protection.js',
        text: "            return this.level === 'whenSupported'\n",
        becomes: '            return true\n',
      },
    ],
  },
  {
    name: 'who cannot be asked for the target name is let in',
    test: { file: 'scripted/extended-protection', title: 'targetNames' },
    changes: [
      {
        file: 'dist/lib/context/extended-protection.js',
        text: 'return [`targetNames (the package',
        becomes: 'return true ? [] : [`targetNames (the package',
      },
    ],
  },
  {
    name: "'audit' goes on where this system does not have it",
    test: {
      file: 'scripted/extended-protection',
      title: "'audit' is refused where this system does not have it",
    },
    changes: [
      {
        file: 'dist/lib/context/extended-protection.js',
        text: 'if (known === 0) {',
        becomes: 'if (false) {',
      },
    ],
  },
  {
    name: 'rules that name nobody let guests in',
    test: {
      file: 'unit/access-rules',
      title: 'a guest comes in only where that is allowed by name',
    },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: 'return !isGuest;',
        becomes: 'return true;',
      },
    ],
  },
  {
    name: "an import gives the caller's own token away",
    test: { file: 'scripted/transfer', title: 'may have its token taken over by the package' },
    changes: [
      {
        file: 'src-native/binding/transfer_calls.cc',
        text: 'imported.token = given.get();',
        becomes: 'imported.token = token != nullptr ? token->get() : nullptr;',
      },
    ],
  },
  {
    name: 'bindings may be missing whatever is asked for',
    test: { file: 'scripted/extended-protection', title: 'extendedProtection' },
    changes: [
      {
        file: 'dist/lib/context/extended-protection.js',
        text: "level === 'whenSupported'\n                ? [asc_flags",
        becomes: 'true\n                ? [asc_flags',
      },
    ],
  },
  {
    name: 'a member by a disabled group',
    test: { file: 'unit/identity', title: 'make a member of' },
    changes: [
      {
        file: 'dist/lib/identity/identity.js',
        text: 'group.sid === wanted && group.enabled && !group.denyOnly',
        becomes: 'group.sid === wanted && !group.denyOnly',
      },
    ],
  },
  {
    name: 'a group that is enabled and for denying only makes a member',
    test: { file: 'unit/identity', title: 'make a member of' },
    changes: [
      {
        file: 'dist/lib/identity/identity.js',
        text: 'group.sid === wanted && group.enabled && !group.denyOnly',
        becomes: 'group.sid === wanted && group.enabled',
      },
    ],
  },
  {
    name: 'a group that is enabled and for denying only lets in',
    test: { file: 'unit/access-rules', title: 'a group take a member of' },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: 'group.enabled && !group.denyOnly && allow.has(group.sid)',
        becomes: 'group.enabled && allow.has(group.sid)',
      },
    ],
  },
  {
    name: 'a null session comes in',
    test: { file: 'unit/access-rules', title: 'nobody comes in of a null session' },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: ' || isNullSession',
        becomes: '',
      },
    ],
  },
  {
    name: 'who has no groups to look at comes in',
    test: { file: 'unit/access-rules', title: 'nobody comes in who has no token' },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: 'sid === undefined || groups === undefined || ',
        becomes: '',
      },
      {
        file: 'dist/lib/identity/access-rules.js',
        text: 'groups.some((group) => this.#deny.has(group.sid))',
        becomes: '(groups ?? []).some((group) => this.#deny.has(group.sid))',
      },
    ],
  },
  {
    name: 'impersonation: a stream or an iterator is given back, and read as the process',
    test: { file: 'unit/impersonation', title: 'throws where the function returns a Writable' },
    changes: [
      {
        file: 'dist/lib/raw/unfinished-results.js',
        text: 'METHODS.some((name) => hasMethod(value, name))',
        becomes: "hasMethod(value, 'then')",
      },
    ],
  },
  {
    name: 'impersonation: an iterable that computes its elements is given back',
    test: {
      file: 'unit/impersonation',
      title: 'throws where the function returns an object that reads its elements later',
    },
    changes: [
      {
        file: 'dist/lib/raw/unfinished-results.js',
        text: 'hasMethod(value, Symbol.iterator) && !FINISHED',
        becomes: 'false && !FINISHED',
      },
    ],
  },
  {
    name: 'impersonation: a promise in an array is given back',
    test: {
      file: 'unit/impersonation',
      title: 'throws where the function returns an array with a promise',
    },
    changes: [
      {
        file: 'dist/lib/raw/unfinished-results.js',
        text: 'return elementsOf(value).filter(isUnfinished);',
        becomes: 'return [];',
      },
    ],
  },
  {
    name: 'impersonation: the file of a stream that is refused is made as the process',
    test: {
      file: 'unit/impersonation',
      title: 'ends what it does not give back, so that nothing of it runs later',
    },
    changes: [
      {
        file: 'dist/lib/raw/unfinished-results.js',
        text: "if (typeof stream._construct === 'function') {",
        becomes: 'if (false) {',
      },
    ],
  },
  {
    name: 'options: an unknown option is ignored',
    test: {
      file: 'unit/options',
      title: 'contexts refuse an option that is misspelt, and say which one is meant',
    },
    changes: [
      {
        file: 'dist/lib/core/checks.js',
        text: 'throw unknownOption(name, names, prefix);',
        becomes: 'continue;',
      },
    ],
  },
  {
    name: 'options: an object that inherits its options is one without',
    test: {
      file: 'unit/options',
      title: 'acquisitions refuse an object that inherits its options in the place of options',
    },
    changes: [
      {
        file: 'dist/lib/core/checks.js',
        text: 'given !== null && isPlain(given))',
        becomes: 'given !== null)',
      },
    ],
  },
  {
    name: 'options: what somebody put on Object.prototype is an option',
    test: {
      file: 'unit/options',
      title: 'contexts see nothing of what somebody put on Object.prototype',
    },
    changes: [
      {
        file: 'dist/lib/core/checks.js',
        text: 'Snapshot.prototype = SNAPSHOT_PROTOTYPE;',
        becomes: '',
      },
    ],
  },
  {
    name: 'options: an option is read again after its check',
    test: {
      file: 'unit/options',
      title: 'legs read each option once, whatever a getter gives the next time',
    },
    changes: [
      {
        file: 'dist/lib/core/checks.js',
        text: 'own[name] = value;',
        becomes: 'own[name] = given[name];',
      },
    ],
  },
  {
    name: 'options: an HTTP client reads the identity of its caller again after the checks',
    test: {
      file: 'unit/options',
      title: 'HTTP clients read each option once, whatever a getter gives the next time',
    },
    changes: [
      {
        file: 'dist/lib/http/client/undici/integrated-agent.js',
        text: 'own.authIdentity',
        becomes: 'options.authIdentity',
      },
    ],
  },
  {
    name: 'options: an option that lost its value is the default',
    test: {
      file: 'unit/options',
      title: 'contexts refuse an option without a value, but for those that may have none',
    },
    changes: [
      {
        file: 'dist/lib/core/checks.js',
        text: "else if (kind === 'optional') {",
        becomes: 'else if (kind === 0) {',
      },
    ],
  },
  {
    name: 'options: the second list of rules is read after the first was looked up',
    test: {
      file: 'unit/access-rules',
      title: 'AccessRules.resolve reads both lists before it waits',
    },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: "'deny' in own ? sidsOf(own.deny, 'deny') : new Set(),",
        becomes:
          "'deny' in own ? Promise.resolve().then(() => sidsOf(own.deny, 'deny')) : new Set(),",
      },
    ],
  },
  {
    name: 'verify takes every signature',
    test: { file: 'unit/message-protection', title: 'verify' },
    changes: [
      {
        file: 'dist/lib/context/message-protection.js',
        text: 'const result = (0, messages_js_2.verifySignature)(handle, {',
        becomes: 'const result = (() => ({ status: 0, message: [] }))(handle, {',
      },
    ],
  },
  {
    name: 'protection does not need the order of messages',
    test: {
      file: 'unit/server-context',
      title: "without protection: 'sign' (replayDetect, sequenceDetect) fails",
    },
    changes: [
      {
        file: 'dist/lib/context/requirements.js',
        text: 'return unordered.length === 0 ? [] :',
        becomes: 'return true ? [] :',
      },
    ],
  },
  {
    name: 'with real Kerberos a message is taken three times',
    test: { file: 'native/messages', title: 'is refused by a server that asks for protection' },
    changes: [
      {
        file: 'dist/lib/context/requirements.js',
        text: 'return unordered.length === 0 ? [] :',
        becomes: 'return true ? [] :',
      },
    ],
  },
  {
    name: 'messages of a context without protection may be repeated',
    test: {
      file: 'unit/message-protection',
      title: 'on a context that would not notice a message',
    },
    changes: [
      {
        file: 'dist/lib/context/established-context.js',
        text: 'attributes.integrity && unordered.length === 0',
        becomes: 'attributes.integrity',
      },
    ],
  },
  {
    name: 'a package that writes attributes is believed without the order of messages',
    test: {
      file: 'unit/server-context',
      title: 'believes the bits of such a package where it does write some',
    },
    changes: [
      {
        file: 'dist/lib/context/granted-attributes.js',
        text: 'return contextAttr !== 0 || (traits',
        becomes: 'return contextAttr > 0xfffff || (traits',
      },
    ],
  },
  {
    name: 'impersonate gives back an array or Map that computes its elements',
    test: { file: 'unit/impersonation', title: 'a Map of a class that computes its entries' },
    changes: [
      {
        file: 'dist/lib/raw/unfinished-results.js',
        text: '!iteratesAsBuiltIn(value)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'impersonate gives back a watcher, which goes on as the process',
    test: { file: 'unit/impersonation', title: 'a watcher of a folder' },
    changes: [
      {
        file: 'dist/lib/raw/unfinished-results.js',
        text: 'if (value instanceof node_events_1.EventEmitter)\n        return true;',
        becomes: '',
      },
    ],
  },
  {
    name: 'a message is taken for protected whatever success the package reports',
    test: { file: 'unit/message-protection', title: 'is an error of wrap' },
    changes: [
      {
        file: 'dist/lib/context/message-protection.js',
        text: 'if (status === status_js_1.SEC_E_OK)\n        return;',
        becomes: 'if (status >= 0)\n        return;',
      },
    ],
  },
  {
    name: 'unwrap takes every unknown quality of protection for encrypted',
    test: { file: 'unit/message-protection', title: 'is refused' },
    changes: [
      {
        file: 'dist/lib/context/message-protection.js',
        text: 'if (qop !== 0 && !allowUnencrypted)',
        becomes: 'if (qop === messages_js_1.SECQOP_WRAP_NO_ENCRYPT && !allowUnencrypted)',
      },
    ],
  },
  {
    name: 'only the first of several unfinished values is ended',
    test: { file: 'unit/impersonation', title: 'takes care of every promise that it refuses' },
    changes: [
      {
        file: 'dist/lib/raw/impersonation.js',
        text: 'unfinished.forEach(unfinished_results_js_1.endUnfinished);',
        becomes: 'unfinished.slice(0, 1).forEach(unfinished_results_js_1.endUnfinished);',
      },
    ],
  },
  {
    name: 'a list of packages may name one that no system has',
    test: { file: 'unit/credentials', title: 'refuses a list with a misspelt exclusion' },
    changes: [
      {
        file: 'dist/lib/raw/acquire-credentials-handle.js',
        text: "    checkPackagesExist(names.map((name) => name.replace(/^!/, '')));\n",
        becomes: '',
      },
    ],
  },
  {
    name: "a rule may name a domain's own SID",
    test: { file: 'unit/access-rules', title: "are an error for a domain's own SID" },
    changes: [
      {
        file: 'dist/lib/identity/access-rules.js',
        text: 'if (!(0, sids_js_1.isIncompleteSid)(sid))',
        becomes: 'if (true)',
      },
    ],
  },
  {
    name: 'an identity can be changed by one handler for the next',
    test: { file: 'unit/identity', title: 'is frozen' },
    changes: [
      {
        file: 'dist/lib/identity/identity.js',
        text: '        Object.freeze(this);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'raw messages run in the handshake of a high-level object',
    test: { file: 'unit/messages', title: 'in the middle of its handshake' },
    changes: [
      {
        file: 'dist/lib/raw/handles.js',
        text: 'if (internals.owner?.established === false)',
        becomes: 'if (false)',
      },
    ],
  },
];
