// The tokens that the scripted package hands out, of this Windows.
#include "scripted/token_kinds.h"

#include "windows/tokens.h"

namespace secur32::scripted {

HANDLE MakeToken(TokenKind kind) {
  using namespace sanitize;
  TokenData data = ProcessTokenData();
  switch (kind) {
    case TokenKind::kNull:
      return nullptr;
    case TokenKind::kDefault:
    case TokenKind::kImpersonation:
      break;
    case TokenKind::kIdentification:
      data.level = SecurityIdentification;
      break;
    case TokenKind::kDenyOnly:
      for (TokenData::Group& group : data.groups) {
        if (group.sid == SidOfText(kAdministrators)) group.attributes = SE_GROUP_USE_FOR_DENY_ONLY;
      }
      break;
    case TokenKind::kAnonymous:
      data.elevated = false;
      data.user = SidOfText("S-1-5-7");
      data.groups = {{SidOfText("S-1-1-0"),
                      SE_GROUP_MANDATORY | SE_GROUP_ENABLED | SE_GROUP_ENABLED_BY_DEFAULT}};
      break;
  }
  return NewToken(std::move(data));
}

}  // namespace secur32::scripted
