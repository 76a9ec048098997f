// What the package does with one call, as a test wrote it.
#ifndef SECUR32_TEST_SSP_SCRIPTED_ANSWER_H_
#define SECUR32_TEST_SSP_SCRIPTED_ANSWER_H_

#include <cstdint>
#include <vector>

#include "sspi/windows_sspi.h"

namespace secur32::scripted {

// The calls that a script can answer. Mirrored in test/support/scripted.ts.
enum class Call : uint32_t {
  kAcquire,
  kFreeCredentials,
  kInitialize,
  kAccept,
  kComplete,
  kDelete,
  kQueryAttributes,
};
constexpr uint32_t kCalls = 7;

const char* NameOf(Call call);

// What the package leaves in pvBuffer.
enum class Memory : uint32_t {
  // What the caller gave; where he gave none, memory for FreeContextBuffer.
  kGiven,
  kNull,
  kForeign,    // memory of the package that nobody may free
  kInput,      // the first input buffer's
  kUntouched,  // and nothing else of the buffer is touched either
};

// What the package makes of one buffer of the caller's.
struct BufferAnswer {
  Memory memory = Memory::kGiven;
  bool sets_type = false;
  uint32_t type = 0;
  // The size that the package claims; by default that of `bytes`.
  bool sets_size = false;
  uint32_t size = 0;
  // Written as far as the capacity goes, whatever the claim.
  std::vector<uint8_t> bytes;
};

// What becomes of the context's handle.
enum class HandleChange : uint32_t {
  kStays,
  kChanges,    // a new value, the old one is dead
  kScribbled,  // garbage, as some packages leave it when they fail
};

struct Answer {
  SECURITY_STATUS status = SEC_E_OK;
  // By default the attributes are the requirements of the caller.
  bool sets_attributes = false;
  uint32_t attributes = 0;
  int64_t expiry = 0;
  // The result says which call it is of: the first four bytes of the call's
  // token become the lower half of the expiry, the first bytes of the output,
  // and the lower half of a failure.
  bool echoes = false;
  HandleChange handle = HandleChange::kStays;
  uint32_t delay_ms = 0;
  // The call waits until the gate of that number is opened; 0 for none.
  uint32_t gate = 0;
  std::vector<BufferAnswer> inputs;
  // For QueryContextAttributes: first the bytes of the record, then for each
  // pointer in it its offset (`type`) and the memory behind it.
  std::vector<BufferAnswer> outputs;
};

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_ANSWER_H_
