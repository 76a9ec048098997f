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
 * @property {Change[]} changes
 */

/** @type {Mutant[]} */
export const mutants = [
  {
    name: 'memory of a package is not given back',
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
    changes: [
      {
        file: 'src-native/sspi/handles.cc',
        text: '  Api().DeleteSecurityContext(&handle_);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'a credential is not freed',
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
    changes: [
      {
        file: 'src-native/sspi/handles.h',
        text: 'return !busy_.exchange(true, std::memory_order_acquire);',
        becomes: 'busy_.store(true); return true;',
      },
      { file: 'dist/lib/call-queue.js', text: 'if (this.#running)', becomes: 'if (false)' },
    ],
  },
  {
    name: 'the queue is bypassed, the busy check is not',
    changes: [
      { file: 'dist/lib/call-queue.js', text: 'if (this.#running)', becomes: 'if (false)' },
    ],
  },
  {
    name: 'the queue is there, the busy check is not',
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
    changes: [
      {
        file: 'src-native/sspi/leg.cc',
        text: '    leg->context->Pin(leg->credential);\n',
        becomes: '',
      },
    ],
  },
  {
    name: 'handles are given back on the JavaScript thread',
    changes: [
      {
        file: 'src-native/executor/release.cc',
        text: '  if (!RunOnSystemThread(drop, reference)) drop(reference);\n',
        becomes: '  drop(reference);\n',
      },
    ],
  },
  {
    name: 'all packages share one lane',
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
    changes: [
      {
        file: 'src-native/sspi/leg.cc',
        text: '  ULONG attributes = 0;\n',
        becomes: '  ULONG attributes = 0xffffffff;\n',
      },
    ],
  },
];
