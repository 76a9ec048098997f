#include "scripted/created_token.h"

#include <windows.h>
// After windows.h.
#include <winternl.h>

#include <cstring>

namespace secur32::scripted {
namespace {

using CreateToken = LONG(NTAPI*)(HANDLE*, ACCESS_MASK, OBJECT_ATTRIBUTES*, TOKEN_TYPE, LUID*,
                                 LARGE_INTEGER*, TOKEN_USER*, TOKEN_GROUPS*, TOKEN_PRIVILEGES*,
                                 TOKEN_OWNER*, TOKEN_PRIMARY_GROUP*, TOKEN_DEFAULT_DACL*,
                                 TOKEN_SOURCE*);

CreateToken FindCreateToken() {
  return reinterpret_cast<CreateToken>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtCreateToken")));
}

// TOKEN_GROUPS, whose array has as many elements as it needs.
std::vector<uint64_t> GroupsRecord(const std::vector<SID_AND_ATTRIBUTES>& groups) {
  const size_t size = offsetof(TOKEN_GROUPS, Groups) + groups.size() * sizeof(SID_AND_ATTRIBUTES);
  std::vector<uint64_t> memory((size + sizeof(uint64_t) - 1) / sizeof(uint64_t));
  auto* const record = reinterpret_cast<TOKEN_GROUPS*>(memory.data());
  record->GroupCount = static_cast<DWORD>(groups.size());
  if (!groups.empty()) {
    std::memcpy(record->Groups, groups.data(), groups.size() * sizeof(SID_AND_ATTRIBUTES));
  }
  return memory;
}

}  // namespace

HANDLE CreateTokenWith(const TokenContents& contents) {
  const CreateToken create = FindCreateToken();
  if (create == nullptr || contents.groups.empty()) return nullptr;
  SECURITY_QUALITY_OF_SERVICE quality = {sizeof(quality), contents.level, SECURITY_STATIC_TRACKING,
                                         FALSE};
  OBJECT_ATTRIBUTES attributes{};
  attributes.Length = sizeof(attributes);
  attributes.SecurityQualityOfService = &quality;
  LUID logon = contents.logon;
  LARGE_INTEGER never;
  never.QuadPart = INT64_MAX;
  TOKEN_USER user = {{contents.user, 0}};
  std::vector<uint64_t> groups = GroupsRecord(contents.groups);
  TOKEN_PRIVILEGES privileges{};
  TOKEN_OWNER owner = {contents.user};
  TOKEN_PRIMARY_GROUP group = {contents.groups.front().Sid};
  TOKEN_DEFAULT_DACL dacl = {nullptr};
  TOKEN_SOURCE source = {{'s', 'c', 'r', 'i', 'p', 't', 'e', 'd'}, {0, 0}};
  HANDLE token = nullptr;
  create(&token, TOKEN_ALL_ACCESS, &attributes, TokenImpersonation, &logon, &never, &user,
         reinterpret_cast<TOKEN_GROUPS*>(groups.data()), &privileges, &owner, &group, &dacl,
         &source);
  return token;
}

}  // namespace secur32::scripted
