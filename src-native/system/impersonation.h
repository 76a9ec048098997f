// Acting as the client of a context, on one thread and for one scope.
#ifndef SECUR32_SYSTEM_IMPERSONATION_H_
#define SECUR32_SYSTEM_IMPERSONATION_H_

#include <cstdint>

#include "sspi/handles.h"
#include "sspi/windows_sspi.h"

namespace secur32 {

enum class ImpersonationFailure : uint32_t {
  kNone = 0,
  // The thread acts as somebody else already.
  kAlready = 1,
  // The package said that it impersonates, and the thread has no token.
  kNoToken = 2,
  // Only the client's identity may be asked for: the client allowed no more, or
  // this process has no right to impersonate.
  kIdentifyOnly = 3,
};

// Whether this thread acts as somebody else, whoever made it do so: this addon,
// another copy of it, or other native code. True where it cannot be told.
bool IsThreadImpersonating();

// The destructor goes back to the process's own identity. Where that fails it
// ends the process: the thread would go on as somebody else.
class Impersonation {
 public:
  Impersonation() = default;
  ~Impersonation();
  Impersonation(const Impersonation&) = delete;
  Impersonation& operator=(const Impersonation&) = delete;

  // Whoever calls has entered the context, and stays in it. A status that is no
  // failure with a failure of ours beside it is no impersonation either.
  SECURITY_STATUS Begin(Context* context, ImpersonationFailure* failure);
  void End();

 private:
  Context* context_ = nullptr;
};

}  // namespace secur32

#endif  // SECUR32_SYSTEM_IMPERSONATION_H_
