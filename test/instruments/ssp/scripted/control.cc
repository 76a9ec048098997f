// The package as a test sees it: the same DLL is an addon for Node.js, which
// takes scripts and gives the journal, the counts and the violations.
#include <napi.h>
#include <windows.h>

#include <cstring>
#include <string>
#include <utility>

#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/exports.h"
#include "scripted/certificates.h"
#include "scripted/gates.h"
#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/script.h"
#include "scripted/tokens.h"

extern "C" bool WatchesFreeContextBuffer();

namespace secur32::scripted {
namespace {

napi_value TextValue(napi_env env, const std::string& text) {
  napi_value value = nullptr;
  napi_create_string_latin1(env, text.data(), text.size(), &value);
  return value;
}

bool ReadVector(napi_env env, napi_value array, uint32_t index, std::vector<uint8_t>* bytes) {
  napi_value element = nullptr;
  ByteView view;
  if (napi_get_element(env, array, index, &element) != napi_ok) return false;
  if (IsUndefined(env, element)) return true;
  if (!ReadBytes(env, element, &view)) return false;
  bytes->assign(view.data, view.data + view.size);
  return true;
}

// Bits of the first word of a buffer.
constexpr uint32_t kSetsType = 1;
constexpr uint32_t kSetsSize = 2;
constexpr size_t kWords = 11;
constexpr size_t kWordsPerBuffer = 7;

// [status, setsAttributes, attributes, expiry low and high, handle, delay,
// gate, inputs, echoes, token], then for each buffer, inputs first,
// [bits, memory, type, size, offset, into, block].
bool ReadAnswer(napi_env env, const WordView& words, napi_value bytes, Answer* answer) {
  if (words.count < kWords || (words.count - kWords) % kWordsPerBuffer != 0) return false;
  const uint32_t* const word = words.data;
  answer->status = static_cast<SECURITY_STATUS>(word[0]);
  answer->sets_attributes = word[1] != 0;
  answer->attributes = word[2];
  answer->expiry = static_cast<int64_t>(uint64_t{word[4]} << 32 | word[3]);
  answer->handle = static_cast<HandleChange>(word[5]);
  answer->delay_ms = word[6];
  answer->gate = word[7];
  answer->echoes = word[9] != 0;
  answer->token = static_cast<TokenKind>(word[10]);
  const size_t buffers = (words.count - kWords) / kWordsPerBuffer;
  for (uint32_t i = 0; i < buffers; ++i) {
    const uint32_t* const described = word + kWords + i * kWordsPerBuffer;
    BufferAnswer buffer;
    buffer.sets_type = (described[0] & kSetsType) != 0;
    buffer.sets_size = (described[0] & kSetsSize) != 0;
    buffer.memory = static_cast<Memory>(described[1]);
    buffer.type = described[2];
    buffer.size = described[3];
    buffer.offset = described[4];
    buffer.into = described[5];
    buffer.block = described[6];
    if (!ReadVector(env, bytes, i, &buffer.bytes)) return false;
    (i < word[8] ? answer->inputs : answer->outputs).push_back(std::move(buffer));
  }
  return true;
}

// (script, call, words, bytes)
napi_value AddAnswerCall(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  uint32_t script = 0;
  uint32_t call = 0;
  WordView words;
  Answer answer;
  if (!ReadArguments(env, info, arguments) || !ReadUint32(env, arguments[0], &script) ||
      !ReadUint32(env, arguments[1], &call) || call >= kCalls ||
      !ReadWords(env, arguments[2], &words) || !ReadAnswer(env, words, arguments[3], &answer)) {
    napi_throw_error(env, nullptr, "not an answer");
    return nullptr;
  }
  AddAnswer(script, static_cast<Call>(call), std::move(answer));
  return UndefinedValue(env);
}

// (gate)
napi_value OpenGateCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  uint32_t gate = 0;
  if (ReadArguments(env, info, arguments) && ReadUint32(env, arguments[0], &gate)) OpenGate(gate);
  return UndefinedValue(env);
}

napi_value CallsAtGatesCall(napi_env env, napi_callback_info) {
  return NumberValue(env, CallsAtGates());
}

// (keep)
napi_value KeepJournalCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  bool keep = true;
  if (ReadArguments(env, info, arguments) && ReadBool(env, arguments[0], &keep)) KeepJournal(keep);
  return UndefinedValue(env);
}

napi_value TakeJournalCall(napi_env env, napi_callback_info) {
  return TextValue(env, TakeJournal());
}

// [credentials, contexts, buffers, calls inside, answers left]
napi_value CountsCall(napi_env env, napi_callback_info) {
  const LedgerCounts counts = CountLiving();
  Tuple tuple(env, 5);
  tuple.AddNumber(counts.credentials);
  tuple.AddNumber(counts.contexts);
  tuple.AddNumber(counts.buffers);
  tuple.AddNumber(counts.inside);
  tuple.AddNumber(AnswersLeft());
  return tuple.value();
}

napi_value TakeViolationsCall(napi_env env, napi_callback_info) {
  const std::vector<std::string> violations = TakeViolations();
  Tuple tuple(env, violations.size());
  for (const std::string& violation : violations) tuple.AddAsciiText(violation.c_str());
  return tuple.value();
}

// (certificates in DER) -> the address of a CERT_CONTEXT of the first one; 0 if
// one is no certificate.
napi_value GiveCertificateCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  uint32_t count = 0;
  if (!ReadArguments(env, info, arguments) ||
      napi_get_array_length(env, arguments[0], &count) != napi_ok) {
    return UndefinedValue(env);
  }
  std::vector<std::vector<uint8_t>> certificates(count);
  for (uint32_t i = 0; i < count; ++i) ReadVector(env, arguments[0], i, &certificates[i]);
  napi_value address = nullptr;
  napi_create_bigint_uint64(env, reinterpret_cast<uintptr_t>(GiveCertificate(certificates)),
                            &address);
  return address;
}

napi_value OpenCertificatesCall(napi_env env, napi_callback_info) {
  return NumberValue(env, CountOpenCertificates());
}

// Of those that the package handed out.
napi_value OpenTokensCall(napi_env env, napi_callback_info) {
  return NumberValue(env, CountOpenTokens());
}

napi_value ImpersonatingThreadsCall(napi_env env, napi_callback_info) {
  return NumberValue(env, CountImpersonatingThreads());
}

napi_value BooleanValue(napi_env env, bool value) {
  napi_value boolean = nullptr;
  napi_get_boolean(env, value, &boolean);
  return boolean;
}

// The calling one, whoever made it.
napi_value ThreadIsImpersonatingCall(napi_env env, napi_callback_info) {
  return BooleanValue(env, ThreadIsImpersonating());
}

napi_value ForgetCall(napi_env env, napi_callback_info) {
  ForgetScripts();
  ForgetGates();
  StopImpersonating();
  return UndefinedValue(env);
}

napi_value ThreadIdCall(napi_env env, napi_callback_info) {
  return NumberValue(env, GetCurrentThreadId());
}

napi_value CountsBuffersCall(napi_env env, napi_callback_info) {
  return BooleanValue(env, WatchesFreeContextBuffer());
}

// (n): the n-th allocation of the addon from now on fails, 0 for none. Gives
// how many there were since the last time; undefined if the addon was not
// built for this.
napi_value FailAllocationCall(napi_env env, napi_callback_info info) {
  using FailAllocation = uint32_t (*)(uint32_t);
  napi_value arguments[1];
  uint32_t number = 0;
  const HMODULE addon = GetModuleHandleW(L"secur32.node");
  const auto fail = addon == nullptr ? nullptr
                                     : reinterpret_cast<FailAllocation>(reinterpret_cast<void*>(
                                           GetProcAddress(addon, "secur32_fail_allocation")));
  if (fail == nullptr || !ReadArguments(env, info, arguments) ||
      !ReadUint32(env, arguments[0], &number)) {
    return UndefinedValue(env);
  }
  return NumberValue(env, fail(number));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  constexpr Export kExports[] = {
      {"addAnswer", AddAnswerCall},
      {"openGate", OpenGateCall},
      {"callsAtGates", CallsAtGatesCall},
      {"keepJournal", KeepJournalCall},
      {"takeJournal", TakeJournalCall},
      {"counts", CountsCall},
      {"takeViolations", TakeViolationsCall},
      {"giveCertificate", GiveCertificateCall},
      {"openCertificates", OpenCertificatesCall},
      {"openTokens", OpenTokensCall},
      {"impersonatingThreads", ImpersonatingThreadsCall},
      {"threadIsImpersonating", ThreadIsImpersonatingCall},
      {"forget", ForgetCall},
      {"threadId", ThreadIdCall},
      {"countsBuffers", CountsBuffersCall},
      {"failAllocation", FailAllocationCall},
  };
  AddExports(env, exports, kExports);
  return exports;
}

}  // namespace
}  // namespace secur32::scripted

using secur32::scripted::Init;
NODE_API_MODULE(scripted, Init)
