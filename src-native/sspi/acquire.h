// AcquireCredentialsHandleW: for the current user, or for an explicit one.
#ifndef SECUR32_SSPI_ACQUIRE_H_
#define SECUR32_SSPI_ACQUIRE_H_

#include <cstdint>
#include <memory>

#include "sspi/handles.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

struct Acquire {
  ZeroedText principal;
  ZeroedText package;
  uint32_t use = 0;
  // An identity without a user is the current user; the layer above has
  // refused whoever gave half of one.
  ZeroedText user;
  ZeroedText domain;
  ZeroedText password;
  ZeroedText package_list;

  SECURITY_STATUS status = SEC_E_INTERNAL_ERROR;
  int64_t expiry = 0;
  std::shared_ptr<Credential> credential;
};

// Zeroes the password before it returns, whatever the outcome.
void RunAcquire(Acquire* acquire);

}  // namespace secur32

#endif  // SECUR32_SSPI_ACQUIRE_H_
