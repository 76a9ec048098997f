// Faults that the suites must find. Each is a change of the sources, or of the
// compiled JavaScript, whose text must be there exactly once.

/**
 * @typedef {object} Change
 * @property {string} file relative to the project
 * @property {string} text
 * @property {string} becomes
 *
 * @typedef {object} Mutant
 * @property {string} name what it does wrong
 * @property {{ file: string, title: string }} test which must fail: part of its file's path below test, and of its
 *   title
 * @property {boolean} [crashes] it may also end the process, as a bug of this kind does
 * @property {Change[]} changes
 */

/** @type {Mutant[]} */
export const mutants = [
  {
    name: 'memory of a package is not given back',
    test: { file: 'scripted/statuses', title: 'gives every status of a first leg' },
    changes: [
      {
        file: 'src-native/sspi/context_buffer.h',
        text: '    Api().FreeContextBuffer(memory_);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'memory of a package is given back twice',
    test: { file: 'scripted/statuses', title: 'gives every status of a first leg' },
    changes: [
      {
        file: 'src-native/sspi/context_buffer.h',
        text: '    Api().FreeContextBuffer(memory_);\n',
        becomes: '    Api().FreeContextBuffer(memory_);\n    Api().FreeContextBuffer(memory_);\n',
      },
    ],
  },
  {
    name: 'a context is not deleted',
    test: {
      file: 'scripted/legs',
      title: 'a context holds its credential, and is given back before it',
    },
    changes: [
      {
        file: 'src-native/sspi/handles.cc',
        text: '  if (!given_away_) Api().DeleteSecurityContext(&handle_);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'a credential is not freed',
    test: {
      file: 'scripted/legs',
      title: 'a context holds its credential, and is given back before it',
    },
    changes: [
      {
        file: 'src-native/sspi/handles.cc',
        text: '  Api().FreeCredentialsHandle(&handle_);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'two calls may be in a context at once: no busy check, no queue',
    test: { file: 'scripted/executor', title: 'legs of one context run in the order of the calls' },
    changes: [
      {
        file: 'src-native/sspi/handles.h',
        text: 'return !busy_.exchange(true, std::memory_order_acquire);',
        becomes: 'busy_.store(true); return true;',
      },
      {
        file: 'dist/lib/call-queue.js',
        text: 'if (this.#running)\n                this.#waiting',
        becomes: 'if (false)\n                this.#waiting',
      },
    ],
  },
  {
    name: 'the queue is bypassed, the busy check is not',
    test: { file: 'scripted/executor', title: 'legs of one context run in the order of the calls' },
    changes: [
      {
        file: 'dist/lib/call-queue.js',
        text: 'if (this.#running)\n                this.#waiting',
        becomes: 'if (false)\n                this.#waiting',
      },
    ],
  },
  {
    name: 'the queue is there, the busy check is not',
    test: {
      file: 'scripted/executor',
      title: 'a synchronous leg that gets past the queue is refused by the addon',
    },
    changes: [
      {
        file: 'src-native/sspi/handles.h',
        text: 'return !busy_.exchange(true, std::memory_order_acquire);',
        becomes: 'busy_.store(true); return true;',
      },
    ],
  },
  {
    name: 'the capacity of a buffer is copied out, not what was written',
    test: { file: 'scripted/legs', title: 'what comes out is what the package wrote' },
    changes: [
      {
        file: 'src-native/sspi/sec_buffers.cc',
        text: '        written_[i] = own_[i].data();\n        written_size_[i] = size;\n',
        becomes:
          '        written_[i] = own_[i].data();\n        written_size_[i] = capacity_[i];\n',
      },
    ],
  },
  {
    name: 'a size beyond the capacity is believed',
    test: {
      file: 'scripted/legs',
      title: 'of a buffer that claims more than there is room nothing comes out',
    },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/sec_buffers.cc',
        text: 'memory == own_[i].data() && size <= capacity_[i] &&',
        becomes: 'memory == own_[i].data() &&',
      },
    ],
  },
  {
    name: 'a pointer that is not ours is believed',
    test: {
      file: 'scripted/legs',
      title: 'of a buffer that claims memory of somebody else nothing comes out',
    },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/sec_buffers.cc',
        text: 'if (memory == own_[i].data() && size <= capacity_[i] &&',
        becomes: 'if (size <= capacity_[i] &&',
      },
      {
        file: 'src-native/sspi/sec_buffers.cc',
        text: 'written_[i] = own_[i].data();',
        becomes: 'written_[i] = static_cast<const uint8_t*>(memory);',
      },
    ],
  },
  {
    name: 'all output of a failed leg comes out',
    test: { file: 'scripted/legs', title: 'a failure token is kept' },
    changes: [
      {
        file: 'src-native/sspi/leg.cc',
        text: 'if (!IsFailureToken(*leg, i)) leg->output.Discard(i);',
        becomes: '',
      },
    ],
  },
  {
    name: 'a new value of a handle is not taken over',
    test: {
      file: 'scripted/legs',
      title: 'a context whose handle changes on each leg is one context',
    },
    changes: [
      {
        file: 'src-native/sspi/handles.h',
        text: '{ handle_ = handle; }',
        becomes: '{ (void)handle; }',
      },
    ],
  },
  {
    name: 'what stands in a handle after a failure is taken over',
    test: { file: 'scripted/legs', title: 'the right context is deleted' },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/leg.cc',
        text: '      if (leg->context != nullptr) leg->context->MarkFailed();\n',
        becomes:
          '      if (leg->context != nullptr) { leg->context->MarkFailed(); leg->context->Replace(handle); }\n',
      },
    ],
  },
  {
    name: 'a context of which a leg failed can be used',
    test: { file: 'scripted/legs', title: 'the right context is deleted' },
    changes: [
      {
        file: 'src-native/sspi/leg.cc',
        text: '      if (leg->context != nullptr) leg->context->MarkFailed();\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'a context does not hold the credential of its newest leg',
    test: {
      file: 'scripted/legs',
      title: 'a leg with another credential of the package makes the context hold that one',
    },
    changes: [
      {
        file: 'src-native/sspi/leg.cc',
        text: '    leg->replaced = leg->context->Pin(leg->credential);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'handles are given back on the JavaScript thread',
    test: {
      file: 'scripted/executor',
      title: 'neither a logon nor the end of one runs on the JavaScript thread',
    },
    changes: [
      {
        file: 'src-native/executor/discard.cc',
        text: '  if (!RunOnSystemThread(SystemThreads::kForDiscards, Drain, lane)) Drain(lane);\n',
        becomes: '  Drain(lane);\n',
      },
    ],
  },
  {
    name: 'all packages share one lane',
    test: { file: 'scripted/executor', title: 'a package whose logons all hang holds up no other' },
    changes: [
      {
        file: 'src-native/executor/scheduler.cc',
        text: 'if (IsSameText(lane->package.get(), package)) return lane;',
        becomes: 'return lane;',
      },
    ],
  },
  {
    name: 'a leg that waits for a thread is made after its context was closed',
    test: {
      file: 'scripted/executor',
      title: 'a leg that waits for a thread is not made after its context was closed',
    },
    changes: [
      {
        file: 'src-native/binding/context_calls.cc',
        text: 'unwanted_ = leg_.context != nullptr && leg_.context->closed();',
        becomes: 'unwanted_ = false;',
      },
    ],
  },
  {
    name: 'the thread limit is not kept',
    test: {
      file: 'scripted/executor',
      title: 'no more calls of a package run at once than the limit says',
    },
    changes: [
      {
        file: 'src-native/executor/scheduler.cc',
        text: 'while (lane->running < limit_ && ',
        becomes: 'while (',
      },
    ],
  },
  {
    name: 'the answer of CompleteAuthToken is believed beyond its buffer',
    test: { file: 'scripted/statuses', title: 'completes to more than there is with every status' },
    changes: [
      {
        file: 'src-native/sspi/sec_buffers.cc',
        text: 'return ours ? buffer.cbBuffer : 0;',
        becomes: '(void)ours; return buffer.cbBuffer;',
      },
    ],
  },
  {
    name: 'attributes and expiry are not zeroed before the call',
    test: {
      file: 'scripted/legs',
      title: 'a context holds its credential, and is given back before it',
    },
    changes: [
      {
        file: 'src-native/sspi/leg.cc',
        text: '  ULONG attributes = 0;\n',
        becomes: '  ULONG attributes = 0xffffffff;\n',
      },
    ],
  },
  {
    name: 'what waits when an environment ends is forgotten',
    test: {
      file: 'scripted/ends',
      title: 'worker.terminate() ends the worker, and all is given back later',
    },
    changes: [
      {
        file: 'src-native/executor/scheduler.cc',
        text: '    DiscardAll(&lane->waiting, lane->package.get());\n',
        becomes: '    static_cast<void>(lane);\n',
      },
    ],
  },
  {
    name: 'what has finished when an environment ends is forgotten',
    test: {
      file: 'scripted/ends',
      title: 'worker.terminate() ends the worker, and all is given back later',
    },
    changes: [
      {
        file: 'src-native/executor/scheduler.cc',
        text: '  DiscardAll(&finished, kNoPackage);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'a call that outlives its environment is not freed',
    test: {
      file: 'scripted/ends',
      title: 'worker.terminate() ends the worker, and all is given back later',
    },
    changes: [
      {
        file: 'src-native/executor/scheduler.cc',
        text: '    if (!mailbox->Deliver(running)) delete running;\n',
        becomes: '    static_cast<void>(mailbox->Deliver(running));\n',
      },
    ],
  },
  {
    name: 'a pending call does not keep the process alive',
    test: { file: 'scripted/ends', title: 'a pending call keeps the process alive' },
    changes: [
      {
        file: 'src-native/binding/executor.cc',
        text: '  if (!was_busy) napi_ref_threadsafe_function(env, wake_);\n',
        becomes: '  static_cast<void>(was_busy);\n',
      },
    ],
  },
  {
    name: 'an idle addon keeps the process alive',
    test: {
      file: 'scripted/ends',
      title: 'a pending call keeps the process alive, an open handle does not',
    },
    changes: [
      {
        file: 'src-native/binding/executor.cc',
        text: '  if (!scheduler->busy()) napi_unref_threadsafe_function(env, executor->wake_);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'all that has finished is settled in one turn',
    test: { file: 'scripted/executor', title: 'a backlog of quick calls leaves turns to timers' },
    changes: [
      {
        file: 'src-native/binding/executor.cc',
        text: '  if (scheduler->more()) Wake(executor);\n',
        becomes: '  if (scheduler->more()) Settle(env, nullptr, data, nullptr);\n',
      },
    ],
  },
  {
    name: 'ends of handles have as many threads as they want',
    test: { file: 'scripted/executor', title: 'ends of contexts that all hang hold up neither' },
    changes: [
      {
        file: 'src-native/executor/discard.cc',
        text: 'constexpr uint32_t kThreadsPerPackage = 8;',
        becomes: 'constexpr uint32_t kThreadsPerPackage = 100000;',
      },
    ],
  },
  {
    name: 'bytes of the caller are read when the call runs, not when it is made',
    test: {
      file: 'scripted/executor',
      title: 'what the caller does with his bytes while a leg hangs',
    },
    changes: [
      {
        file: 'src-native/binding/input_values.cc',
        text: '    if (bytes.size > 0) std::memcpy(input->bytes(i), bytes.data, bytes.size);\n',
        becomes: '    if (bytes.size > 0) input->Borrow(i, bytes.data);\n',
      },
      {
        file: 'src-native/sspi/sec_buffers.h',
        text: '  uint8_t* bytes(uint32_t index) { return memory_[index].data(); }\n',
        becomes:
          '  uint8_t* bytes(uint32_t index) { return memory_[index].data(); }\n' +
          '  void Borrow(uint32_t index, const void* data) { buffers_[index].pvBuffer = const_cast<void*>(data); }\n',
      },
      {
        file: 'dist/lib/raw/leg.js',
        text: '(0, sec_buffers_js_2.keptInput)(prepared.input)',
        becomes: 'prepared.input',
      },
    ],
  },
  // Of the rest of SSPI: messages, attributes, tokens, identity, Extended Protection.
  {
    name: 'memory behind two pointers of a record is given back twice',
    test: { file: 'scripted/attributes', title: 'two pointers to the same memory are freed once' },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/attributes.cc',
        text: '    for (uint32_t before = 0; before < i; ++before) owned |= owned_[before].get() == memory;\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'memory of a record is not given back',
    test: { file: 'scripted/attributes', title: 'a context gives' },
    changes: [
      {
        file: 'src-native/sspi/attributes.cc',
        text: '    if (!owned) owned_[i] = ContextBuffer(memory);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'what a failing query left behind is given back',
    test: {
      file: 'scripted/attributes',
      title: 'nothing of a record is touched that a failing call left behind',
    },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/attributes.cc',
        text: '  if (status >= 0) {\n    TakeOwnership();\n',
        becomes: '  TakeOwnership();\n  if (status >= 0) {\n',
      },
    ],
  },
  {
    name: 'a certificate is given back as memory of the package',
    test: { file: 'scripted/attributes', title: 'a context gives SECPKG_ATTR_REMOTE_CERT_CONTEXT' },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/attributes.cc',
        text: 'certificates_[i] = CertificateOwner(memory);',
        becomes: 'owned_[i] = ContextBuffer(memory);',
      },
    ],
  },
  {
    name: 'a certificate is not given back',
    test: { file: 'scripted/attributes', title: 'a context gives SECPKG_ATTR_REMOTE_CERT_CONTEXT' },
    changes: [
      {
        file: 'src-native/sspi/attributes.cc',
        text: '    if (field.kind == FieldKind::kCertificate) certificates_[i] = CertificateOwner(memory);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'a count beyond the array of a record is believed',
    test: { file: 'scripted/attributes', title: 'what a package may do wrong' },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/attributes.cc',
        text: '  if (field.capacity != 0 && count > field.capacity) return 0;\n',
        becomes: '',
      },
    ],
  },
  {
    name: "the context's own token is taken for a handle of ours",
    test: { file: 'scripted/attributes', title: 'a token of a record is a handle of its own' },
    changes: [
      {
        file: 'src-native/binding/attribute_values.cc',
        text: 'DuplicateHere(const_cast<HANDLE>(handle), &copy) != ERROR_SUCCESS',
        becomes: '(copy = Token(const_cast<HANDLE>(handle))).get() == nullptr',
      },
    ],
  },
  {
    name: 'a size in a message is believed beyond its memory',
    test: { file: 'scripted/messages', title: 'what a package may make of' },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/message.cc',
        text: ' && buffers_[index].cbBuffer <= capacity_[source] - offset;',
        becomes: ';',
      },
    ],
  },
  {
    name: 'a size in a message is measured against the whole memory',
    test: { file: 'scripted/messages', title: 'what a package may make of' },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/message.cc',
        text: 'buffers_[index].cbBuffer <= capacity_[source] - offset;',
        becomes: 'buffers_[index].cbBuffer <= capacity_[source];',
      },
    ],
  },
  {
    name: 'a pointer of a message behind its memory is believed',
    test: { file: 'scripted/messages', title: 'what a package may make of' },
    crashes: true,
    changes: [
      {
        file: 'src-native/sspi/message.cc',
        text: 'offset <= capacity_[source] && ',
        becomes: '',
      },
    ],
  },
  {
    name: 'a buffer of a message is always in its own memory',
    test: { file: 'scripted/messages', title: 'STREAM, DATA' },
    changes: [
      {
        file: 'src-native/sspi/message.cc',
        text: '    if (LiesIn(index, i)) return i;\n',
        becomes: '    if (i == index && LiesIn(index, i)) return i;\n',
      },
    ],
  },
  {
    name: 'where in its memory a buffer of a message begins is not told',
    test: { file: 'scripted/messages', title: 'STREAM, DATA' },
    changes: [
      {
        file: 'src-native/sspi/message.cc',
        text: '  if (found == kNowhere) return 0;\n',
        becomes: '  if (found <= kNowhere) return 0;\n',
      },
    ],
  },
  {
    name: 'the quality of protection is not zeroed before the call',
    test: {
      file: 'scripted/messages',
      title: 'sequence numbers and qualities of protection arrive, and come back',
    },
    changes: [
      {
        file: 'src-native/sspi/message.cc',
        text: '  ULONG found = 0;\n',
        becomes: '  ULONG found = 7;\n',
      },
    ],
  },
  {
    name: 'shared memory is worked on in place',
    test: { file: 'scripted/messages', title: 'is refused' },
    changes: [
      {
        file: 'dist/lib/raw/messages.js',
        text: 'if (data.buffer instanceof SharedArrayBuffer) {',
        becomes: 'if (false) {',
      },
    ],
  },
  {
    name: 'what is not in place is worked on in place',
    test: {
      file: 'scripted/messages',
      title: 'TOKEN, DATA, PADDING are encrypted, and each is as long as the package says then',
    },
    changes: [
      {
        file: 'dist/lib/raw/messages.js',
        text: '    if (!inPlace)\n        return Uint8Array.from(data);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'more may be left over of a message than there was',
    test: { file: 'scripted/messages', title: 'what is left over' },
    changes: [
      {
        file: 'dist/lib/raw/messages.js',
        text: ' || size > input.length',
        becomes: '',
      },
    ],
  },
  {
    name: 'what was to be encrypted stays in memory after a failure',
    test: { file: 'scripted/messages', title: 'after a failure' },
    changes: [
      {
        file: 'dist/lib/raw/messages.js',
        text: 'memory.forEach((bytes) => bytes?.fill(0));',
        becomes: 'undefined;',
      },
    ],
  },
  {
    name: 'a failure in place wipes memory of the caller',
    test: { file: 'scripted/messages', title: "the caller's own memory is the caller's in place" },
    changes: [
      {
        file: 'dist/lib/raw/messages.js',
        text: 'if (!done && !inPlace)',
        becomes: 'if (!done)',
      },
    ],
  },
  {
    name: 'unwrap takes what was signed only',
    test: {
      file: 'scripted/wrap',
      title: 'a message that was signed only is not taken unless that is wanted',
    },
    changes: [
      {
        file: 'dist/lib/message-protection.js',
        text: ' && !allowUnencrypted) {',
        becomes: ' && false) {',
      },
    ],
  },
  {
    name: 'wrap signs only',
    test: {
      file: 'scripted/wrap',
      title: 'a client and a server read what the other one wrapped, in both directions',
    },
    changes: [
      {
        file: 'dist/lib/message-protection.js',
        text: 'qop: encrypt ? 0 : ',
        becomes: 'qop: encrypt && false ? 0 : ',
      },
    ],
  },
  {
    name: 'bytes that are nowhere are taken for none',
    test: { file: 'scripted/wrap', title: 'a package that does wrong' },
    changes: [
      {
        file: 'dist/lib/message-protection.js',
        text: 'if (size === 0)',
        becomes: 'if (size >= 0)',
      },
    ],
  },
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
    name: 'asynchronous calls start while a thread acts as a client',
    test: {
      file: 'scripted/impersonation',
      title: 'inside asynchronous calls are refused, because they would run as this process',
    },
    changes: [
      {
        file: 'src-native/binding/job.cc',
        text: 'if (executor != nullptr && executor->impersonating()) {',
        becomes: 'if (false) {',
      },
    ],
  },
  {
    name: 'asynchronous calls are refused for ever after an impersonation',
    test: {
      file: 'scripted/impersonation',
      title: 'steps of the high level are refused, and may be taken afterwards',
    },
    changes: [
      {
        file: 'src-native/binding/impersonation_calls.cc',
        text: 'executor_->set_impersonating(false);',
        becomes: 'executor_->set_impersonating(true);',
      },
    ],
  },
  {
    name: 'a function that goes on later runs as the client',
    test: { file: 'scripted/impersonation', title: 'a function that goes on later' },
    changes: [
      {
        file: 'dist/lib/impersonation.js',
        text: 'const unfinished = isThenable(value) || isOf(UNFINISHED, value);',
        becomes: 'const unfinished = false;',
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
        file: 'dist/lib/identity.js',
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
        file: 'dist/lib/identity.js',
        text: 'group.sid === sid && group.enabled && !group.denyOnly',
        becomes: 'group.sid === sid',
      },
    ],
  },
  {
    name: 'groups for denying only let in',
    test: { file: 'scripted/identity', title: 'groups for denying only make no member, but deny' },
    changes: [
      {
        file: 'dist/lib/access-rules.js',
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
        file: 'dist/lib/access-rules.js',
        text: 'groups.some((group) => this.#deny.has(group.sid))',
        becomes:
          'groups.some((group) => group.enabled && !group.denyOnly && this.#deny.has(group.sid))',
      },
    ],
  },
  {
    name: 'nobody comes in',
    test: { file: 'scripted/identity', title: 'of nobody it is anonymous, and may nothing' },
    changes: [
      {
        file: 'dist/lib/access-rules.js',
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
        file: 'dist/lib/server-context.js',
        text: '...(nullSession ? [NOT_ANONYMOUS] : []), ',
        becomes: '',
      },
    ],
  },
  {
    name: 'an identity that cannot be read is none',
    test: { file: 'scripted/identity', title: 'a logon is no logon where' },
    changes: [
      {
        file: 'dist/lib/unless-unsupported.js',
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
        file: 'dist/lib/client-context.js',
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
        file: 'dist/lib/server-context.js',
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
        file: 'dist/lib/extended-protection.js',
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
        file: 'dist/lib/extended-protection.js',
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
        file: 'dist/lib/extended-protection.js',
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
        file: 'dist/lib/extended-protection.js',
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
        file: 'dist/lib/access-rules.js',
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
        file: 'dist/lib/extended-protection.js',
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
        file: 'dist/lib/identity.js',
        text: 'group.sid === sid && group.enabled && !group.denyOnly',
        becomes: 'group.sid === sid && !group.denyOnly',
      },
    ],
  },
  {
    name: 'a group that is enabled and for denying only makes a member',
    test: { file: 'unit/identity', title: 'make a member of' },
    changes: [
      {
        file: 'dist/lib/identity.js',
        text: 'group.sid === sid && group.enabled && !group.denyOnly',
        becomes: 'group.sid === sid && group.enabled',
      },
    ],
  },
  {
    name: 'a group that is enabled and for denying only lets in',
    test: { file: 'unit/access-rules', title: 'a group take a member of' },
    changes: [
      {
        file: 'dist/lib/access-rules.js',
        text: 'group.enabled && !group.denyOnly && allow.has(group.sid)',
        becomes: 'group.enabled && allow.has(group.sid)',
      },
    ],
  },
  {
    name: 'a null session comes in',
    test: { file: 'unit/access-rules', title: 'nobody comes in' },
    changes: [
      {
        file: 'dist/lib/access-rules.js',
        text: ' || isNullSession',
        becomes: '',
      },
    ],
  },
  {
    name: 'who has no groups to look at comes in',
    test: { file: 'unit/access-rules', title: 'nobody comes in' },
    changes: [
      {
        file: 'dist/lib/access-rules.js',
        text: 'sid === undefined || groups === undefined || ',
        becomes: '',
      },
      {
        file: 'dist/lib/access-rules.js',
        text: 'groups.some((group) => this.#deny.has(group.sid))',
        becomes: '(groups ?? []).some((group) => this.#deny.has(group.sid))',
      },
    ],
  },
  {
    name: 'verify takes every signature',
    test: { file: 'unit/message-protection', title: 'verify' },
    changes: [
      {
        file: 'dist/lib/message-protection.js',
        text: '    (0, messages_js_2.verifySignature)(handle, {',
        becomes: '    void (() => undefined)(handle, {',
      },
    ],
  },
  // --- the server of secur32/http
  {
    name: 'http: what is known of a client is keyed by its address and port, and outlives it',
    test: { file: 'named-ntlm/http', title: 'from the address and port of one that is gone' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: '#connections = new WeakMap();',
        becomes:
          '#connections = { all: new Map(), get(s) { return this.all.get(s.remotePort); }, set(s, c) { this.all.set(s.remotePort, c); } };',
      },
      {
        file: 'dist/lib/http/server/connection.js',
        text: "this.drop('the connection ended');\n            for",
        becomes: 'for',
      },
    ],
  },
  {
    name: 'http: what is known of a client is keyed by a header',
    test: { file: 'named-ntlm/http', title: 'give a second socket nothing (proxy: pinned)' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'const known = this.#connections.get(socket);',
        becomes:
          "const known = (this.all ??= new Map()).get(request.headers['x-forwarded-for']) ?? this.#connections.get(socket);",
      },
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'this.#open.add(connection);',
        becomes:
          "this.#open.add(connection); if (request.headers['x-forwarded-for']) this.all.set(request.headers['x-forwarded-for'], connection);",
      },
    ],
  },
  {
    name: 'http: a failed logon leaves the one before',
    test: { file: 'unit/http-persistence', title: 'when a logon fails' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: '        // Also from a client who is known: it may be another one now.\n        connection.endSession();\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a request behind a leg is taken for one without a logon',
    test: { file: 'unit/http-races', title: 'ends logon and connection' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'connection.legRunning || connection.broken',
        becomes: 'connection.broken',
      },
    ],
  },
  {
    name: 'http: a Kerberos ticket holds for the connection',
    test: { file: 'unit/http-persistence', title: 'by Kerberos, or does not' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'return persistKerberos;',
        becomes: 'return true;',
      },
    ],
  },
  {
    name: 'http: a logon holds behind a proxy that mixes clients',
    test: { file: 'unit/http-persistence', title: 'by NTLM in one leg behind a proxy' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: "if (proxy === 'multiplexing')\n            return false;",
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
        text: "this.#settings.proxy === 'none' && (0, forwarding_js_1.saysForwarded)(request)",
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: a forwarded request leaves the logon of its connection',
    test: { file: 'unit/http-persistence', title: 'a sign of a proxy' },
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
    test: { file: 'unit/http-access', title: 'does not act as a user who has logged on' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'return (0, cross_site_js_1.isCrossSite)(request, this.#settings.crossSite) ? texts.crossSite() : undefined;',
        becomes: 'return undefined;',
      },
    ],
  },
  {
    name: 'http: of several origins the first one counts',
    test: { file: 'unit/http-cross-site', title: 'that is not the only one is of another site' },
    changes: [
      {
        file: 'dist/lib/http/server/cross-site.js',
        text: "return request.headersDistinct[name]?.join(', ');",
        becomes: 'return request.headersDistinct[name]?.[0];',
      },
    ],
  },
  {
    name: 'http: fields that Node.js left out are not missed',
    test: { file: 'unit/http-answers', title: 'of whose fields Node.js drops some' },
    changes: [
      {
        file: 'dist/lib/http/server/header-count.js',
        text: 'return most > 0 && rawHeaders.length / 2 >= most;',
        becomes: 'return false;',
      },
    ],
  },
  {
    name: 'http: of several Authorization fields the first one counts',
    test: { file: 'unit/http-authorization-header', title: 'are malformed' },
    changes: [
      {
        file: 'dist/lib/http/server/authorization-header.js',
        text: 'if (fields.length > 1)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: whatever Node.js takes for base64 is a token',
    test: { file: 'unit/http-authorization-header', title: 'bits behind the last byte' },
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
      file: 'unit/http-authorization-header',
      title: 'is refused before anything is decoded',
    },
    changes: [
      {
        file: 'dist/lib/http/server/authorization-header.js',
        text: 'field.slice(0, bound + 1)',
        becomes: 'field',
      },
      {
        file: 'dist/lib/http/server/authorization-header.js',
        text: 'if (field.length > bound)',
        becomes: 'if (false)',
      },
      {
        file: 'dist/lib/http/server/authorization-header.js',
        text: 'if (base64.length > (0, token68_js_1.base64Length)(tokenBytes))',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: rules are not looked at',
    test: { file: 'unit/http-access', title: 'who is denied' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'this.#rules.permits(identity)',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: guests come in',
    test: { file: 'unit/http-access', title: 'who is a guest' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: '!identity.isGuest || guests',
        becomes: 'true',
      },
    ],
  },
  {
    name: 'http: with ntlm: false a package that does not say what it is comes in',
    test: { file: 'unit/http-access', title: 'a package that is not told' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
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
        file: 'dist/lib/http/server/handshake.js',
        text: 'this.context.whenIdle(this.#release);',
        becomes: 'this.#release();',
      },
    ],
  },
  {
    name: 'http: a slot is given back while a later leg still runs',
    test: { file: 'scripted/http-attacks', title: 'the 2. time is given up' },
    changes: [
      {
        file: 'dist/lib/security-context.js',
        text: 'if (this.#handle === undefined)',
        becomes: 'if (true)',
      },
    ],
  },
  {
    name: 'http: logons are not counted by address',
    test: { file: 'scripted/http-attacks', title: 'is held up by address, and only that' },
    changes: [
      {
        file: 'dist/lib/http/server/handshake-slots.js',
        text: ' || ofNetwork >= limits.handshakesPerAddress',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a logon is never given up',
    test: { file: 'unit/http-races', title: 'that does not come is not waited for' },
    changes: [
      {
        file: 'dist/lib/http/server/handshake.js',
        text: 'this.#onTimeout(reason);',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: what a connection that ended had under way stays',
    test: { file: 'unit/http-races', title: 'between two legs leaves nothing' },
    changes: [
      {
        file: 'dist/lib/http/server/connection.js',
        text: "this.drop('the connection ended');\n            for",
        becomes: 'for',
      },
    ],
  },
  {
    name: 'http: a leg that was given up counts when it succeeds',
    test: { file: 'unit/http-races', title: 'close()' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'for (const connection of this.#open)\n            connection.drop',
        becomes: 'for (const connection of [])\n            connection.drop',
      },
    ],
  },
  {
    name: 'http: a logon begins in the moment of close()',
    test: { file: 'unit/http-races', title: 'turns after the credentials came lets nobody in' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: "            if (this.#closed)\n                throw (0, errors_js_1.codedError)('ERR_SECUR32_CLOSED', 'the authentication was closed');\n",
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a server that does not become ready is waited for',
    test: { file: 'unit/http-races', title: 'does not let it wait for ever' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'await (0, within_time_js_1.withinTime)(this.#readyCredentials(scheme), limits.legTimeoutMs)',
        becomes: 'await this.#readyCredentials(scheme)',
      },
    ],
  },
  {
    name: 'http: a client that went before its turn logs on',
    test: { file: 'unit/http-races', title: 'before the middleware is reached leaves nothing' },
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
      file: 'unit/http-kept-context',
      title: 'of one request it is open while the handler runs',
    },
    changes: [
      {
        file: 'dist/lib/http/server/kept-context.js',
        text: 'this.#ended && this.#uses === 0',
        becomes: 'this.#ended',
      },
    ],
  },
  {
    name: 'http: a kept context outlives its client',
    test: { file: 'unit/http-kept-context', title: 'also where answers wait for one another' },
    changes: [
      {
        file: 'dist/lib/http/server/connection.js',
        text: 'kept.close();',
        becomes: '',
      },
    ],
  },
  {
    name: 'http: a logon does not expire',
    test: { file: 'unit/http-persistence', title: 'until it expires' },
    changes: [
      {
        file: 'dist/lib/http/server/connection.js',
        text: 'expiresAt !== undefined && expiresAt.getTime() <= Date.now()',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: the second leg of another connection begins a logon',
    test: { file: 'unit/http-persistence', title: 'on another connection is refused, with a hint' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'connection.handshake === undefined && (0, continued_token_js_1.continuesLogon)(token)',
        becomes: 'false',
      },
    ],
  },
  {
    name: 'http: a logon may have any number of legs',
    test: { file: 'unit/http-persistence', title: 'no more often than limits.legs allows' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'if (handshake.legs >= this.#settings.limits.legs)',
        becomes: 'if (false)',
      },
    ],
  },
  {
    name: 'http: TLS connections have no Extended Protection',
    test: { file: 'scripted/http-attacks', title: 'are of the certificate of the connection' },
    changes: [
      {
        file: 'dist/lib/http/server/extended-protection.js',
        text: "'always' : 'never'",
        becomes: "'never' : 'never'",
      },
    ],
  },
  {
    name: 'http: a certificate without channel bindings is like no TLS',
    test: {
      file: 'unit/http-protection',
      title: 'lets nobody log on, and says why to the log alone',
    },
    changes: [
      {
        file: 'dist/lib/http/server/extended-protection.js',
        text: "if (level === 'whenSupported')",
        becomes: 'if (true)',
      },
    ],
  },
  {
    name: 'http: HTTP/2 is answered as HTTP/1.1 would be',
    test: { file: 'unit/http-http2', title: 'is sent to HTTP/1.1' },
    changes: [
      {
        file: 'dist/lib/http/server/http2.js',
        text: 'NGHTTP2_HTTP_1_1_REQUIRED',
        becomes: 'NGHTTP2_REFUSED_STREAM',
      },
    ],
  },
  {
    name: 'http: a logger that throws ends the request',
    test: { file: 'unit/http-events', title: 'a logger that throws' },
    changes: [
      {
        file: 'dist/lib/http/server/events.js',
        text: '        // As diagnostics_channel does it: a fault of the log changes no decision.\n',
        becomes: '        throw error;\n',
      },
    ],
  },
  {
    name: 'http: an answer tells the error',
    test: { file: 'unit/http-answers', title: 'is answered without a word of it' },
    changes: [
      {
        file: 'dist/lib/http/server/authenticator.js',
        text: 'text: texts.ofStatus(status) };',
        becomes: 'text: reason };',
      },
    ],
  },
  {
    name: 'http: a misspelt option is ignored',
    test: { file: 'unit/http-options', title: 'which there is not' },
    changes: [
      {
        file: 'dist/lib/http/option-checks.js',
        text: 'if (unknown !== undefined)',
        becomes: 'if (false)',
      },
    ],
  },
];
