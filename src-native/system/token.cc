#include "system/token.h"

#include <sddl.h>

#include "sspi/live_counts.h"

namespace secur32 {
namespace {

DWORD LastError() {
  const DWORD error = GetLastError();
  return error == ERROR_SUCCESS ? ERROR_GEN_FAILURE : error;
}

// A record of variable size.
DWORD ReadVariable(HANDLE token, TOKEN_INFORMATION_CLASS what, ZeroedBuffer* record) {
  DWORD size = 0;
  GetTokenInformation(token, what, nullptr, 0, &size);
  if (size == 0) return LastError();
  // The groups of a token do not change, so that asking twice is enough.
  if (!record->Allocate(size)) return ERROR_NOT_ENOUGH_MEMORY;
  if (GetTokenInformation(token, what, record->data(), size, &size) == FALSE) return LastError();
  return ERROR_SUCCESS;
}

template <typename Value>
bool ReadFixed(HANDLE token, TOKEN_INFORMATION_CLASS what, Value* value) {
  DWORD size = 0;
  return GetTokenInformation(token, what, value, sizeof(*value), &size) != FALSE;
}

// The last part of the label's SID; untouched where the token has none.
DWORD ReadIntegrity(HANDLE token, DWORD* integrity) {
  ZeroedBuffer record;
  const DWORD error = ReadVariable(token, TokenIntegrityLevel, &record);
  // Not in every system; but what there was no memory for may be there.
  if (error == ERROR_NOT_ENOUGH_MEMORY) return error;
  if (error != ERROR_SUCCESS) return ERROR_SUCCESS;
  const PSID sid = reinterpret_cast<const TOKEN_MANDATORY_LABEL*>(record.data())->Label.Sid;
  if (sid == nullptr || *GetSidSubAuthorityCount(sid) == 0) return ERROR_SUCCESS;
  *integrity = *GetSidSubAuthority(sid, static_cast<DWORD>(*GetSidSubAuthorityCount(sid)) - 1);
  return ERROR_SUCCESS;
}

}  // namespace

Token::Token(HANDLE handle) : handle_(handle) {
  if (handle_ != nullptr) ++live_counts.tokens;
}

Token::~Token() {
  if (handle_ == nullptr) return;
  CloseHandle(handle_);
  --live_counts.tokens;
}

DWORD TokenFacts::Read(HANDLE token) {
  DWORD error = ReadVariable(token, TokenUser, &user_);
  if (error == ERROR_SUCCESS) error = ReadVariable(token, TokenGroups, &groups_);
  if (error != ERROR_SUCCESS) return error;
  if (!ReadFixed(token, TokenStatistics, &statistics)) return LastError();
  if (statistics.TokenType == TokenImpersonation) {
    impersonation_level = static_cast<DWORD>(statistics.ImpersonationLevel);
  }
  // Not in every system.
  TOKEN_ELEVATION elevation{};
  if (ReadFixed(token, TokenElevation, &elevation)) elevated = elevation.TokenIsElevated;
  TOKEN_ELEVATION_TYPE type{};
  if (ReadFixed(token, TokenElevationType, &type)) elevation_type = static_cast<DWORD>(type);
  restricted = IsTokenRestricted(token) != FALSE;
  return ReadIntegrity(token, &integrity);
}

const SID_AND_ATTRIBUTES& TokenFacts::user() const {
  return reinterpret_cast<const TOKEN_USER*>(user_.data())->User;
}

DWORD TokenFacts::group_count() const {
  return reinterpret_cast<const TOKEN_GROUPS*>(groups_.data())->GroupCount;
}

const SID_AND_ATTRIBUTES& TokenFacts::group(DWORD index) const {
  return reinterpret_cast<const TOKEN_GROUPS*>(groups_.data())->Groups[index];
}

SidText::SidText(PSID sid) {
  if (sid == nullptr || ConvertSidToStringSidW(sid, &text_) == FALSE) text_ = nullptr;
}

SidText::~SidText() {
  if (text_ != nullptr) LocalFree(text_);
}

DWORD DuplicateAs(HANDLE token, bool primary, SECURITY_IMPERSONATION_LEVEL level, Token* copy) {
  HANDLE handle = nullptr;
  if (DuplicateTokenEx(token, MAXIMUM_ALLOWED, nullptr, level,
                       primary ? TokenPrimary : TokenImpersonation, &handle) == FALSE) {
    return LastError();
  }
  *copy = Token(handle);
  return ERROR_SUCCESS;
}

DWORD DuplicateHere(HANDLE token, Token* copy) {
  HANDLE handle = nullptr;
  const HANDLE here = GetCurrentProcess();
  if (DuplicateHandle(here, token, here, &handle, 0, FALSE, DUPLICATE_SAME_ACCESS) == FALSE) {
    return LastError();
  }
  *copy = Token(handle);
  return ERROR_SUCCESS;
}

DWORD DuplicateInto(HANDLE token, DWORD process_id, uint64_t* value) {
  const HANDLE process = OpenProcess(PROCESS_DUP_HANDLE, FALSE, process_id);
  if (process == nullptr) return LastError();
  HANDLE handle = nullptr;
  const BOOL duplicated = DuplicateHandle(GetCurrentProcess(), token, process, &handle, 0, FALSE,
                                          DUPLICATE_SAME_ACCESS);
  const DWORD error = duplicated == FALSE ? LastError() : ERROR_SUCCESS;
  CloseHandle(process);
  *value = reinterpret_cast<uintptr_t>(handle);
  return error;
}

DWORD AdoptToken(uint64_t value, Token* token) {
  const HANDLE handle = reinterpret_cast<HANDLE>(static_cast<uintptr_t>(value));
  TOKEN_STATISTICS statistics{};
  // Pseudo-handles are negative; none of them is owned by anybody.
  if (handle == nullptr || static_cast<int64_t>(value) < 0) return ERROR_INVALID_HANDLE;
  if (!ReadFixed(handle, TokenStatistics, &statistics)) return LastError();
  *token = Token(handle);
  return ERROR_SUCCESS;
}

}  // namespace secur32
