// Why the addon refuses a call before SSPI sees it.
//
// The addon throws nothing: the TypeScript layer makes the errors, which gives
// them JavaScript stacks and the realm of the caller. A refused call returns
// one of these numbers instead of its result.
#ifndef SECUR32_BINDING_REFUSAL_H_
#define SECUR32_BINDING_REFUSAL_H_

#include <cstdint>

namespace secur32 {

// Mirrored by Refusal in lib/binding/native-binding.ts.
enum class Refusal : uint32_t {
  kBadArgument = 1,     // not what the TypeScript layer promises to send
  kNotAHandle = 2,      // no handle of this addon, or of another kind
  kClosed = 3,          // the handle was closed
  kBusy = 4,            // another call is inside this context
  kNoMemory = 5,        // for the caller's own bytes
  kFailedBefore = 6,    // an earlier leg of this context failed
  kUnsafeBuffers = 7,   // the package would write where it must not
  kBadPassword = 8,     // the password's bytes are not UTF-8
  kOtherPackage = 9,    // the credential is of another package than the context
  kOtherSide = 10,      // a client's context in a server's call, or the reverse
  kOtherIdentity = 11,  // the package has one identity per process, and it is another
  kShortToken = 12,     // the package would write past the token's memory
  kImpersonating = 13,  // the JavaScript thread acts as somebody else
  kIgnoredData = 14,    // the package would protect only a part of the message
};

}  // namespace secur32

#endif  // SECUR32_BINDING_REFUSAL_H_
