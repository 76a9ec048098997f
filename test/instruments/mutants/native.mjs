// Faults of the addon: memory, handles, the executor, attributes, messages.

/** @type {import('./mutants.mjs').Mutant[]} */
export const nativeMutants = [
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
        file: 'dist/lib/core/call-queue.js',
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
        file: 'dist/lib/core/call-queue.js',
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
    name: 'memory that no document gives to the caller is freed',
    test: { file: 'scripted/attributes', title: 'SECPKG_ATTR_SUPPORTED_SIGNATURES' },
    changes: [
      {
        file: 'src-native/sspi/attributes.cc',
        text: 'if (!IsGivenToCaller(field.kind) || field.lent) continue;',
        becomes: 'if (!IsGivenToCaller(field.kind)) continue;',
      },
    ],
  },
  {
    name: 'shared memory is worked on in place',
    test: { file: 'scripted/messages', title: 'is refused' },
    changes: [
      {
        file: 'dist/lib/raw/messages.js',
        text: 'if (node_util_1.types.isSharedArrayBuffer(bytes.buffer)) {',
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
        text: '    if (!inPlace)\n        return (0, checks_js_1.copyOfBytes)(bytes);\n',
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
        file: 'dist/lib/context/message-protection.js',
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
        file: 'dist/lib/context/message-protection.js',
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
        file: 'dist/lib/context/message-protection.js',
        text: 'if (size === 0)',
        becomes: 'if (size >= 0)',
      },
    ],
  },
];
