#ifndef SECUR32_TEST_SSP_SCRIPTED_CREATED_TOKEN_H_
#define SECUR32_TEST_SSP_SCRIPTED_CREATED_TOKEN_H_

#include <vector>

#include "sspi/windows_sspi.h"

namespace secur32::scripted {

struct TokenContents {
  PSID user;
  std::vector<SID_AND_ATTRIBUTES> groups;
  LUID logon;
  SECURITY_IMPERSONATION_LEVEL level;
};

// A new impersonation token of whoever it is; NULL if the system cannot make
// it. Wine's can, for everybody who asks.
HANDLE CreateTokenWith(const TokenContents& contents);

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_CREATED_TOKEN_H_
