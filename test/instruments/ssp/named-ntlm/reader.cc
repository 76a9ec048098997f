// The reader of messages, for tests: NTLM turns away nearly all that is
// malformed, so that little of it ever reaches the package.
#include <napi.h>

#include <cstring>

#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/exports.h"
#include "binding/tuple.h"
#include "named-ntlm/authenticate_message.h"

namespace secur32::named_ntlm {
namespace {

constexpr size_t kPageSize = 4096;

// A copy that ends where the process's memory does: whoever reads on crashes.
class GuardedCopy {
 public:
  explicit GuardedCopy(const ByteView& bytes) {
    const size_t room = (bytes.size + kPageSize - 1) / kPageSize * kPageSize;
    memory_ = static_cast<uint8_t*>(
        VirtualAlloc(nullptr, room + kPageSize, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
    if (memory_ == nullptr) return;
    DWORD before = 0;
    if (VirtualProtect(memory_ + room, kPageSize, PAGE_NOACCESS, &before) == FALSE) return;
    data_ = memory_ + room - bytes.size;
    if (bytes.size > 0) std::memcpy(data_, bytes.data, bytes.size);
  }
  ~GuardedCopy() {
    if (memory_ != nullptr) VirtualFree(memory_, 0, MEM_RELEASE);
  }
  GuardedCopy(const GuardedCopy&) = delete;
  GuardedCopy& operator=(const GuardedCopy&) = delete;

  // NULL if there is no memory.
  const uint8_t* data() const { return data_; }

 private:
  uint8_t* memory_ = nullptr;
  uint8_t* data_ = nullptr;
};

// (message, unicode): whether the message settles on UTF-16, and the name in
// it; undefined if it could not be tried.
napi_value ReadMessageCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  ByteView bytes;
  bool unicode = false;
  if (!ReadArguments(env, info, arguments) || !ReadBytes(env, arguments[0], &bytes) ||
      !ReadBool(env, arguments[1], &unicode)) {
    return UndefinedValue(env);
  }
  const GuardedCopy copy(bytes);
  if (copy.data() == nullptr) return UndefinedValue(env);
  ZeroedText name;
  const bool named = ReadClientName(copy.data(), bytes.size, unicode, &name);
  Tuple tuple(env, 2);
  tuple.AddNumber(SettlesOnUnicode(copy.data(), bytes.size) ? 1 : 0);
  tuple.AddText(named ? name.get() : nullptr);
  return tuple.value();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  constexpr Export kExports[] = {{"readMessage", ReadMessageCall}};
  AddExports(env, exports, kExports);
  return exports;
}

}  // namespace
}  // namespace secur32::named_ntlm

using secur32::named_ntlm::Init;
NODE_API_MODULE(named_ntlm_reader, Init)
