// What the package does with one call, as a test wrote it.
#ifndef SECUR32_TEST_SSP_SCRIPTED_ANSWER_H_
#define SECUR32_TEST_SSP_SCRIPTED_ANSWER_H_

#include <cstdint>
#include <vector>

#include "sspi/windows_sspi.h"

namespace secur32::scripted {

// The calls that a script can answer. Mirrored in test/instruments/support/scripted.ts.
enum class Call : uint32_t {
  kAcquire,
  kFreeCredentials,
  kInitialize,
  kAccept,
  kComplete,
  kDelete,
  kQueryAttributes,
  kQueryCredentialsAttributes,
  kSetAttributes,
  kApplyControl,
  kEncrypt,
  kDecrypt,
  kMakeSignature,
  kVerifySignature,
  kQueryToken,
  kImpersonate,
  kRevert,
  kExport,
  kImport,
};
constexpr uint32_t kCalls = 19;

const char* NameOf(Call call);

// What the package leaves in pvBuffer.
enum class Memory : uint32_t {
  // What the caller gave; where he gave none, memory for FreeContextBuffer.
  kGiven,
  kNull,
  kForeign,    // memory of the package that nobody may free
  kInput,      // the first input buffer's, or the first one's of a message
  kUntouched,  // and nothing else of the buffer is touched either
  kInside,     // of records: inside the memory of another buffer of the answer
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
  // How far into the memory of kInput or kInside it begins.
  uint32_t offset = 0;
  // Of records: in the memory of which buffer the pointer stands, and of which
  // one kInside is a part. Number 0 is the record.
  uint32_t into = 0;
  uint32_t block = 0;
};

// What becomes of the context's handle.
enum class HandleChange : uint32_t {
  kStays,
  kChanges,    // a new value, the old one is dead
  kScribbled,  // garbage, as some packages leave it when they fail
};

// What kind of token the package hands out or impersonates with, always made
// from the one of this process.
enum class TokenKind : uint32_t {
  kDefault,         // what is usual for the call
  kNull,            // none
  kImpersonation,   // at SecurityImpersonation
  kIdentification,  // at SecurityIdentification
  kDenyOnly,        // Administrators is for deny only
  kAnonymous,       // of nobody: S-1-5-7
};

struct Answer {
  SECURITY_STATUS status = SEC_E_OK;
  // By default the attributes are the requirements of the caller. For messages
  // the quality of protection, which by default is not written.
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
  TokenKind token = TokenKind::kDefault;
  std::vector<BufferAnswer> inputs;
  // For queries of attributes: first the bytes of the record, then for each
  // pointer its offset (`type`) in the record, or in the memory behind another
  // pointer, and the memory behind it.
  std::vector<BufferAnswer> outputs;
};

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_ANSWER_H_
