// What npm run test:sanitize runs: programs of test/sanitize/programs, each with a set of sanitizers, and faults that
// they must report. Without the faults nobody would notice if a sanitizer saw nothing.

/**
 * @typedef {'address' | 'thread' | 'fuzzer'} Sanitizer one of the sets in test/sanitize/CMakeLists.txt
 *
 * @typedef {object} Program
 * @property {Sanitizer} sanitizer
 * @property {string} program
 *
 * @typedef {object} Mutation a change of the sources, whose text must be there exactly once
 * @property {string} name
 * @property {string} file relative to src-native
 * @property {string} text
 * @property {string} becomes
 * @property {string} report words of what the program reports
 *
 * @typedef {Program & Mutation} Mutant
 */

/** @type {Program[]} */
export const programs = [
  { sanitizer: 'address', program: 'legs' },
  { sanitizer: 'address', program: 'acquire' },
  { sanitizer: 'address', program: 'complete' },
  { sanitizer: 'address', program: 'attributes' },
  { sanitizer: 'address', program: 'buffers' },
  { sanitizer: 'address', program: 'provider' },
  { sanitizer: 'address', program: 'lanes' },
  { sanitizer: 'address', program: 'entered' },
  { sanitizer: 'address', program: 'threads' },
  { sanitizer: 'address', program: 'no_memory' },
  { sanitizer: 'thread', program: 'lanes' },
  { sanitizer: 'thread', program: 'entered' },
  { sanitizer: 'thread', program: 'threads' },
  { sanitizer: 'fuzzer', program: 'calls' },
  { sanitizer: 'fuzzer', program: 'ntlm_messages' },
];

/** @type {Mutant[]} */
export const mutants = [
  {
    name: 'memory-not-freed',
    sanitizer: 'address',
    program: 'complete',
    file: 'sspi/zeroed_buffer.h',
    text: '    delete[] data_;\n',
    becomes: '',
    report: 'LeakSanitizer: detected memory leaks',
  },
  {
    name: 'claim-believed',
    sanitizer: 'address',
    program: 'legs',
    file: 'sspi/sec_buffers.cc',
    text: 'size <= capacity_[i] && ',
    becomes: '',
    report: 'AddressSanitizer: heap-buffer-overflow',
  },
  {
    name: 'record-freed-early',
    sanitizer: 'address',
    program: 'attributes',
    file: 'sspi/attributes.cc',
    text: 'owner_ = ContextBuffer(OwnedMemory());',
    becomes: 'static_cast<void>(ContextBuffer(OwnedMemory()));',
    report: 'AddressSanitizer: heap-use-after-free',
  },
  {
    name: 'buffer-freed-twice',
    sanitizer: 'address',
    program: 'attributes',
    file: 'sspi/context_buffer.h',
    text: '    Api().FreeContextBuffer(memory_);\n',
    becomes: '    Api().FreeContextBuffer(memory_);\n    Api().FreeContextBuffer(memory_);\n',
    report: 'AddressSanitizer: attempting double-free',
  },
  {
    name: 'one-buffer-too-many',
    sanitizer: 'address',
    program: 'buffers',
    file: 'sspi/sec_buffers.cc',
    text: 'AddForPackage(uint32_t type) {\n  if (count_ == kMaxSecBuffers) return false;\n',
    becomes: 'AddForPackage(uint32_t type) {\n',
    report: 'runtime error: index 16 out of bounds',
  },
  {
    name: 'mailbox-without-lock',
    sanitizer: 'thread',
    program: 'threads',
    file: 'executor/mailbox.h',
    text: '  bool Deliver(Task* task) {\n    const Lock::Guard guard(&lock_);\n',
    becomes: '  bool Deliver(Task* task) {\n',
    report: 'ThreadSanitizer: data race',
  },
  {
    name: 'discards-without-lock',
    sanitizer: 'thread',
    program: 'threads',
    file: 'executor/discard.cc',
    text: '    const Lock::Guard guard(&lanes.lock);\n    lane = LaneOf',
    becomes: '    lane = LaneOf',
    report: 'ThreadSanitizer: data race',
  },
  {
    name: 'flag-without-order',
    sanitizer: 'thread',
    program: 'entered',
    file: 'sspi/handles.h',
    text: 'busy_.exchange(true, std::memory_order_acquire)',
    becomes: 'busy_.exchange(true, std::memory_order_relaxed)',
    report: 'ThreadSanitizer: data race',
  },
  {
    name: 'claim-of-one-more-believed',
    sanitizer: 'fuzzer',
    program: 'calls',
    file: 'sspi/sec_buffers.cc',
    text: 'size <= capacity_[i] && ',
    becomes: 'size <= capacity_[i] + 1 && ',
    report: 'AddressSanitizer: heap-buffer-overflow',
  },
  {
    name: 'task-of-no-thread-forgotten',
    sanitizer: 'address',
    program: 'lanes',
    file: 'executor/discard.cc',
    text: '  if (!RunOnSystemThread(SystemThreads::kForDiscards, Drain, lane)) Drain(lane);',
    becomes: '  static_cast<void>(RunOnSystemThread(SystemThreads::kForDiscards, Drain, lane));',
    report: 'events().dropped == 8',
  },
  {
    name: 'handle-not-taken-over',
    sanitizer: 'address',
    program: 'legs',
    file: 'sspi/leg.cc',
    text: '    leg->context->Replace(handle);\n',
    becomes: '',
    report: 'is used by an old value of its handle',
  },
  {
    name: 'context-not-deleted',
    sanitizer: 'address',
    program: 'threads',
    file: 'sspi/handles.cc',
    text: '  Api().DeleteSecurityContext(&handle_);\n',
    becomes: '',
    report: 'counts.contexts == 0',
  },
  {
    name: 'credential-not-held',
    sanitizer: 'address',
    program: 'legs',
    file: 'sspi/leg.cc',
    text: '    leg->replaced = leg->context->Pin(leg->credential);\n',
    becomes: '',
    report: 'context->credential() == leg->credential',
  },
  {
    name: 'memory-not-zeroed',
    sanitizer: 'address',
    program: 'acquire',
    file: 'sspi/zeroed_buffer.h',
    text: '    SecureZeroMemory(data_, size_);\n',
    becomes: '',
    report: 'SecretWatch::found() == 0',
  },
  {
    name: 'password-kept',
    sanitizer: 'address',
    program: 'acquire',
    file: 'sspi/acquire.cc',
    text: '  acquire->password = ZeroedText();\n',
    becomes: '',
    report: '!acquire.password.present()',
  },
  {
    name: 'no-limit',
    sanitizer: 'address',
    program: 'lanes',
    file: 'executor/scheduler.cc',
    text: 'lane->running < limit_ && ',
    becomes: '',
    report: 'scripted::CallsAtGates() == ',
  },
  {
    name: 'waiting-tasks-kept',
    sanitizer: 'address',
    program: 'lanes',
    file: 'executor/scheduler.cc',
    text: 'DiscardAll(&lane->waiting, lane->package.get());',
    becomes: 'static_cast<void>(lane);',
    report: 'events().dropped == 5',
  },
];
