// Which suites npm run test:sanitize -- addon runs in a Node.js of Linux, and the faults of src-native/binding that they must
// report there.

/**
 * @typedef {import('../../../../tools/sanitize/addon.mjs').AddonRun} AddonRun
 *
 * @typedef {object} AddonMutant a fault in a source below src-native, whose text must be there exactly once
 * @property {string} name
 * @property {'address' | 'thread'} sanitizer
 * @property {string} file a .cc file, relative to src-native
 * @property {string} text
 * @property {string} becomes
 * @property {string} suite a pattern of the test file
 * @property {string} [title] a pattern of the test's title
 * @property {string} report words of what is reported
 */

/** @type {{ title: string, why: string }[]} how the names of tests begin that cannot run here */
export const notHere = [
  {
    title: 'the addon loads in a host of another name',
    why: 'is about how Windows finds node.exe',
  },
  { title: 'export-import.mjs', why: 'gives a token to another process' },
];

const title = `^(?!${notHere.map((test) => test.title.replace('.', '\\.')).join('|')})`;

/** @type {AddonRun[]} */
export const runs = [
  {
    name: 'addon',
    sanitizer: 'address',
    addon: 'address-addon',
    folders: ['scripted', 'lifecycle'],
    title,
  },
  { name: 'addon-faults', sanitizer: 'address', addon: 'address-faults', folders: ['faults'] },
  {
    name: 'addon-threads',
    sanitizer: 'thread',
    addon: 'thread-addon',
    folders: ['scripted', 'lifecycle'],
    title,
  },
];

/** @type {AddonMutant[]} */
export const mutants = [
  {
    name: 'box-of-handle-lost',
    sanitizer: 'address',
    file: 'binding/handle_value.cc',
    text: '  delete box;\n',
    becomes: '',
    suite: 'scripted/tokens',
    report: 'LeakSanitizer',
  },
  {
    name: 'closed-handle-used',
    sanitizer: 'address',
    file: 'binding/handle_value.cc',
    text: '  if (box->handle == nullptr) {\n    *refusal = Refusal::kClosed;\n    return false;\n  }\n',
    becomes: '',
    suite: 'scripted/binding',
    report: 'member call on null pointer',
  },
  {
    name: 'handle-of-any-kind-taken',
    sanitizer: 'address',
    file: 'binding/handle_value.cc',
    text: ' || !ours',
    becomes: '',
    suite: 'scripted/binding',
    report: 'AddressSanitizer',
  },
  {
    name: 'result-of-freed-job',
    sanitizer: 'address',
    file: 'binding/executor.cc',
    text: '  auto* const job = static_cast<Job*>(task.get());\n',
    becomes: '  auto* const job = static_cast<Job*>(task.get());\n  task.reset();\n',
    suite: 'scripted/legs',
    report: 'AddressSanitizer: heap-use-after-free',
  },
  {
    name: 'result-read-twice',
    sanitizer: 'address',
    file: 'binding/executor.cc',
    text: 'job->ran() ? ResultOf(env, job) :',
    becomes: 'job->ran() ? (ResultOf(env, job), ResultOf(env, job)) :',
    suite: 'scripted/sequences',
    report: 'Property failed',
  },
  {
    name: 'environment-ends-and-calls-go-on',
    sanitizer: 'address',
    file: 'binding/executor.cc',
    text: '  executor->scheduler_->Close();\n',
    becomes: '',
    suite: 'scripted/pressure',
    report: 'AddressSanitizer: heap-use-after-free',
  },
  {
    name: 'environments-share-state',
    sanitizer: 'thread',
    file: 'binding/executor.cc',
    text: '  const bool was_busy = scheduler_->busy();\n',
    becomes: '  static bool was_busy;\n  was_busy = scheduler_->busy();\n',
    suite: 'scripted/pressure',
    report: 'ThreadSanitizer: data race',
  },
  {
    name: 'argument-of-earlier-call-kept',
    sanitizer: 'address',
    file: 'binding/context_calls.cc',
    text: '  WordView words;\n  if (!ReadWords(env, words_value, &words) || words.count < 4) return false;\n',
    becomes:
      '  static WordView words;\n  if (words.count < 4 && !ReadWords(env, words_value, &words)) return false;\n',
    suite: 'scripted/pressure',
    report: 'AddressSanitizer: heap-use-after-free',
  },
  {
    name: 'token-of-one-more-byte',
    sanitizer: 'address',
    file: 'binding/context_calls.cc',
    text: 'token.bytes(i), token.written_size(i)',
    becomes: 'token.bytes(i), token.written_size(i) + 1',
    suite: 'scripted/legs',
    report: 'AddressSanitizer: heap-buffer-overflow',
  },
  {
    name: 'token-closed-twice',
    sanitizer: 'address',
    file: 'binding/token_calls.cc',
    text: '  Token token(status < 0 ? nullptr : handle);\n',
    becomes: '  Token token(status < 0 ? nullptr : handle);\n  const Token again(token.get());\n',
    suite: 'scripted/tokens',
    report: 'is not open',
  },
  {
    name: 'group-after-the-last',
    sanitizer: 'address',
    file: 'binding/token_calls.cc',
    text: 'i < facts.group_count()',
    becomes: 'i <= facts.group_count()',
    suite: 'scripted/tokens',
    report: 'AddressSanitizer',
  },
  {
    name: 'account-after-the-last',
    sanitizer: 'address',
    file: 'binding/account_calls.cc',
    text: 'i < count_; ++i) {\n      const Account& account',
    becomes: 'i <= count_; ++i) {\n      const Account& account',
    suite: 'scripted/binding',
    report: 'AddressSanitizer: heap-',
  },
  {
    name: 'word-after-the-last',
    sanitizer: 'address',
    file: 'binding/attribute_values.cc',
    text: 'values.AddNumber(words[i]);',
    becomes: 'values.AddNumber(words[i + 1]);',
    suite: 'scripted/attributes',
    report: 'gives SECPKG_ATTR_SUPPORTED_SIGNATURES',
  },
  {
    name: 'text-beyond-its-field',
    sanitizer: 'address',
    file: 'binding/attribute_values.cc',
    text: 'length < field.capacity && ',
    becomes: '',
    suite: 'scripted/attributes',
    report: 'gives SECPKG_ATTR_CIPHER_INFO',
  },
  {
    name: 'claim-after-the-last',
    sanitizer: 'address',
    file: 'binding/claims.cc',
    text: 'i < count; ++i) AddValue',
    becomes: 'i <= count; ++i) AddValue',
    suite: 'scripted/attributes',
    report: 'AddressSanitizer',
  },
  {
    name: 'array-not-looked-at',
    sanitizer: 'address',
    file: 'binding/input_values.cc',
    text: '  if (!IsArray(env, array)) return false;\n',
    becomes: '',
    suite: 'scripted/binding',
    report: 'Cannot convert undefined or null to object',
  },
];
