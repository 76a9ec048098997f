#ifndef SECUR32_TEST_SANITIZE_WINDOWS_TOKENS_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_TOKENS_H_

#include <windows.h>

#include <vector>

#include "windows/sids.h"

namespace secur32::sanitize {

inline constexpr char kAdministrators[] = "S-1-5-32-544";

struct TokenData {
  struct Group {
    Sid sid;
    DWORD attributes;
  };

  Sid user;
  std::vector<Group> groups;
  // Of integrity.
  Sid label;
  bool elevated = true;
  TOKEN_TYPE type = TokenImpersonation;
  SECURITY_IMPERSONATION_LEVEL level = SecurityImpersonation;
};

// As that of this process, for impersonation.
TokenData ProcessTokenData();

HANDLE NewToken(TokenData data);

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_TOKENS_H_
