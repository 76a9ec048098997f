#include "scripted/token_kinds.h"

#include <windows.h>

#include "scripted/created_token.h"

namespace secur32::scripted {
namespace {

HANDLE OwnToken() {
  HANDLE token = nullptr;
  OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY | TOKEN_ASSIGN_PRIMARY,
                   &token);
  return token;
}

// Closes the token that it is made from.
HANDLE ForImpersonation(HANDLE token, SECURITY_IMPERSONATION_LEVEL level) {
  HANDLE copy = nullptr;
  if (token != nullptr) {
    DuplicateTokenEx(token, TOKEN_ALL_ACCESS, nullptr, level, TokenImpersonation, &copy);
    CloseHandle(token);
  }
  return copy;
}

// As that of an administrator whom Windows filtered.
HANDLE WithoutAdministrators(HANDLE token) {
  BYTE sid[SECURITY_MAX_SID_SIZE];
  DWORD size = sizeof(sid);
  HANDLE restricted = nullptr;
  if (CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, sid, &size) != FALSE) {
    SID_AND_ATTRIBUTES administrators = {sid, 0};
    CreateRestrictedToken(token, 0, 1, &administrators, 0, nullptr, 0, nullptr, &restricted);
  }
  CloseHandle(token);
  return restricted;
}

// S-1-5-7 is a member of Everyone only.
HANDLE OfNobody() {
  BYTE nobody[SECURITY_MAX_SID_SIZE];
  BYTE everyone[SECURITY_MAX_SID_SIZE];
  DWORD nobody_size = sizeof(nobody);
  DWORD everyone_size = sizeof(everyone);
  if (CreateWellKnownSid(WinAnonymousSid, nullptr, nobody, &nobody_size) == FALSE ||
      CreateWellKnownSid(WinWorldSid, nullptr, everyone, &everyone_size) == FALSE) {
    return nullptr;
  }
  constexpr LUID kAnonymousLogon = {0x3e6, 0};
  constexpr DWORD kMember = SE_GROUP_MANDATORY | SE_GROUP_ENABLED | SE_GROUP_ENABLED_BY_DEFAULT;
  return CreateTokenWith({nobody, {{everyone, kMember}}, kAnonymousLogon, SecurityImpersonation});
}

}  // namespace

HANDLE MakeToken(TokenKind kind) {
  switch (kind) {
    case TokenKind::kNull:
      break;
    case TokenKind::kDefault:
    case TokenKind::kImpersonation:
      return ForImpersonation(OwnToken(), SecurityImpersonation);
    case TokenKind::kIdentification:
      return ForImpersonation(OwnToken(), SecurityIdentification);
    case TokenKind::kDenyOnly:
      return ForImpersonation(WithoutAdministrators(OwnToken()), SecurityImpersonation);
    case TokenKind::kAnonymous:
      return OfNobody();
  }
  return nullptr;
}

}  // namespace secur32::scripted
