// For packages that have one identity per process (kOneIdentityPerProcess).
#ifndef SECUR32_SYSTEM_PROCESS_IDENTITY_H_
#define SECUR32_SYSTEM_PROCESS_IDENTITY_H_

#include "sspi/zeroed_buffer.h"

namespace secur32 {

// Whether a credential of this identity may be acquired: the first identity of
// the process that asks stays the only one, whichever copy of this addon was
// asked. No user is the process's own. False where it cannot be remembered, too.
bool AdmitIdentity(const ZeroedText& user, const ZeroedText& domain);

}  // namespace secur32

#endif  // SECUR32_SYSTEM_PROCESS_IDENTITY_H_
