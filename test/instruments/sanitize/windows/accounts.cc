#include "windows/accounts.h"

#include <cstring>
#include <vector>

#include "windows/handles.h"
#include "windows/sids.h"

namespace secur32::sanitize {
namespace {

struct Account {
  const char* sid;
  const wchar_t* domain;
  const wchar_t* name;
  SID_NAME_USE use;
};

constexpr Account kAccounts[] = {
    {kProcessUser, L"SANITIZED", L"tester", SidTypeUser},
    {"S-1-5-21-1-2-3-513", L"SANITIZED", L"Domain Users", SidTypeGroup},
    {"S-1-5-21-1-2-3-500", L"SANITIZED", L"Administrator", SidTypeUser},
    {"S-1-1-0", L"", L"Everyone", SidTypeWellKnownGroup},
    {"S-1-5-2", L"NT AUTHORITY", L"NETWORK", SidTypeWellKnownGroup},
    {"S-1-5-7", L"NT AUTHORITY", L"ANONYMOUS LOGON", SidTypeWellKnownGroup},
    {"S-1-5-11", L"NT AUTHORITY", L"Authenticated Users", SidTypeWellKnownGroup},
    {"S-1-5-18", L"NT AUTHORITY", L"SYSTEM", SidTypeWellKnownGroup},
    {"S-1-5-32", L"BUILTIN", L"BUILTIN", SidTypeDomain},
    {"S-1-5-32-544", L"BUILTIN", L"Administrators", SidTypeAlias},
    {"S-1-5-32-545", L"BUILTIN", L"Users", SidTypeAlias},
};

size_t Length(const wchar_t* text) {
  size_t length = 0;
  while (text[length] != 0) ++length;
  return length;
}

bool IsSame(const wchar_t* one, const wchar_t* other) {
  return CompareStringOrdinal(one, -1, other, -1, TRUE) == CSTR_EQUAL;
}

const Account* FindBySid(const Sid& sid) {
  for (const Account& account : kAccounts) {
    if (SidOfText(account.sid) == sid) return &account;
  }
  return nullptr;
}

// Whether the text is DOMAIN\name.
bool IsQualified(const wchar_t* text, const Account& account) {
  std::vector<wchar_t> qualified(account.domain, account.domain + Length(account.domain));
  qualified.push_back(L'\\');
  qualified.insert(qualified.end(), account.name, account.name + Length(account.name) + 1);
  return IsSame(text, qualified.data());
}

const Account* FindByName(const wchar_t* text) {
  for (const Account& account : kAccounts) {
    if (IsSame(text, account.name) || IsQualified(text, account)) return &account;
  }
  return nullptr;
}

// The size with the terminating zero where there is too little room, without
// it where there is enough.
bool Give(const wchar_t* text, wchar_t* target, DWORD* size) {
  const size_t length = Length(text);
  const bool fits = target != nullptr && *size > length;
  if (fits) std::memcpy(target, text, (length + 1) * sizeof(wchar_t));
  *size = static_cast<DWORD>(fits ? length : length + 1);
  return fits;
}

}  // namespace
}  // namespace secur32::sanitize

using namespace secur32::sanitize;

BOOL LookupAccountSidW(LPCWSTR, PSID sid, wchar_t* name, DWORD* name_size, wchar_t* domain,
                       DWORD* domain_size, SID_NAME_USE* use) {
  const Account* const account = FindBySid(SidAt(sid));
  if (account == nullptr) return Fail(ERROR_NONE_MAPPED);
  const bool named = Give(account->name, name, name_size);
  if (!Give(account->domain, domain, domain_size) || !named) return Fail(ERROR_INSUFFICIENT_BUFFER);
  *use = account->use;
  return TRUE;
}

BOOL LookupAccountNameW(LPCWSTR, LPCWSTR name, PSID sid, DWORD* sid_size, wchar_t* domain,
                        DWORD* domain_size, SID_NAME_USE* use) {
  const Account* const account = FindByName(name);
  if (account == nullptr) return Fail(ERROR_NONE_MAPPED);
  const Sid found = SidOfText(account->sid);
  const bool fits = sid != nullptr && *sid_size >= found.size();
  if (fits) std::memcpy(sid, found.data(), found.size());
  *sid_size = static_cast<DWORD>(found.size());
  if (!Give(account->domain, domain, domain_size) || !fits) return Fail(ERROR_INSUFFICIENT_BUFFER);
  *use = account->use;
  return TRUE;
}
