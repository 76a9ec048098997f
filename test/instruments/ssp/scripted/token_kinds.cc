#include "scripted/token_kinds.h"

#include <windows.h>
// After windows.h.
#include <winternl.h>

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

using CreateToken = LONG(NTAPI*)(HANDLE*, ACCESS_MASK, OBJECT_ATTRIBUTES*, TOKEN_TYPE, LUID*,
                                 LARGE_INTEGER*, TOKEN_USER*, TOKEN_GROUPS*, TOKEN_PRIVILEGES*,
                                 TOKEN_OWNER*, TOKEN_PRIMARY_GROUP*, TOKEN_DEFAULT_DACL*,
                                 TOKEN_SOURCE*);

// S-1-5-7 is a member of Everyone only.
HANDLE OfNobody() {
  const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  const auto create = reinterpret_cast<CreateToken>(
      reinterpret_cast<void*>(GetProcAddress(ntdll, "NtCreateToken")));
  if (create == nullptr) return nullptr;
  BYTE nobody[SECURITY_MAX_SID_SIZE];
  BYTE everyone[SECURITY_MAX_SID_SIZE];
  DWORD nobody_size = sizeof(nobody);
  DWORD everyone_size = sizeof(everyone);
  if (CreateWellKnownSid(WinAnonymousSid, nullptr, nobody, &nobody_size) == FALSE ||
      CreateWellKnownSid(WinWorldSid, nullptr, everyone, &everyone_size) == FALSE) {
    return nullptr;
  }
  SECURITY_QUALITY_OF_SERVICE quality = {sizeof(quality), SecurityImpersonation,
                                         SECURITY_STATIC_TRACKING, FALSE};
  OBJECT_ATTRIBUTES attributes{};
  attributes.Length = sizeof(attributes);
  attributes.SecurityQualityOfService = &quality;
  LUID logon = {0x3e6, 0};  // ANONYMOUS_LOGON_LUID
  LARGE_INTEGER never;
  never.QuadPart = INT64_MAX;
  TOKEN_USER user = {{nobody, 0}};
  TOKEN_GROUPS groups = {
      1, {{everyone, SE_GROUP_MANDATORY | SE_GROUP_ENABLED | SE_GROUP_ENABLED_BY_DEFAULT}}};
  TOKEN_PRIVILEGES privileges{};
  TOKEN_OWNER owner = {nobody};
  TOKEN_PRIMARY_GROUP group = {everyone};
  TOKEN_DEFAULT_DACL dacl = {nullptr};
  TOKEN_SOURCE source = {{'s', 'c', 'r', 'i', 'p', 't', 'e', 'd'}, {0, 0}};
  HANDLE token = nullptr;
  create(&token, TOKEN_ALL_ACCESS, &attributes, TokenImpersonation, &logon, &never, &user, &groups,
         &privileges, &owner, &group, &dacl, &source);
  return token;
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
