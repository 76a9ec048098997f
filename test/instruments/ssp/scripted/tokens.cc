#include "scripted/tokens.h"

#include <windows.h>

#include <map>
#include <set>

#include "executor/lock.h"
#include "scripted/ledger.h"
#include "scripted/text.h"
#include "scripted/token_kinds.h"

namespace secur32::scripted {
namespace {

struct Tokens {
  Lock lock;
  // Which token each handle was of: the system gives values of closed handles
  // to other objects.
  std::map<HANDLE, uint64_t> given;
  std::set<DWORD> threads;
};

// Never destroyed: calls may be running when the process ends.
Tokens& TheTokens() {
  static Tokens* const tokens = new Tokens;
  return *tokens;
}

// Of a token, as long as the system runs; 0 for what is none.
uint64_t IdOf(HANDLE handle) {
  TOKEN_STATISTICS statistics;
  DWORD size = 0;
  if (GetTokenInformation(handle, TokenStatistics, &statistics, sizeof(statistics), &size) ==
      FALSE) {
    return 0;
  }
  return uint64_t{static_cast<uint32_t>(statistics.TokenId.HighPart)} << 32 |
         statistics.TokenId.LowPart;
}

HANDLE MakeOrComplain(TokenKind kind) {
  const HANDLE token = MakeToken(kind);
  if (token == nullptr && kind != TokenKind::kNull) {
    ReportViolation(Text("no token of kind ").Number(static_cast<uint32_t>(kind)));
  }
  return token;
}

// A token that may not be opened is one, too.
bool IsImpersonating(HANDLE thread) {
  HANDLE token = nullptr;
  if (OpenThreadToken(thread, TOKEN_QUERY, TRUE, &token) == FALSE) {
    return GetLastError() != ERROR_NO_TOKEN;
  }
  CloseHandle(token);
  return true;
}

bool ThreadIsImpersonating(DWORD id) {
  const HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, id);
  if (thread == nullptr) return false;
  const bool impersonates = IsImpersonating(thread);
  CloseHandle(thread);
  return impersonates;
}

}  // namespace

HANDLE GiveToken(TokenKind kind) {
  const HANDLE token = MakeOrComplain(kind);
  if (token != nullptr) RememberGiven(token);
  return token;
}

void RememberGiven(HANDLE token) {
  Tokens& tokens = TheTokens();
  const Lock::Guard guard(&tokens.lock);
  tokens.given[token] = IdOf(token);
}

uint32_t CountOpenTokens() {
  Tokens& tokens = TheTokens();
  const Lock::Guard guard(&tokens.lock);
  for (auto entry = tokens.given.begin(); entry != tokens.given.end();) {
    const auto& [handle, id] = *entry;
    entry = IdOf(handle) == id ? std::next(entry) : tokens.given.erase(entry);
  }
  return static_cast<uint32_t>(tokens.given.size());
}

bool IsToken(HANDLE handle) { return IdOf(handle) != 0; }

void ImpersonateWith(TokenKind kind) {
  const HANDLE token = MakeOrComplain(kind);
  if (token != nullptr) ImpersonateWith(token);
}

void ImpersonateWith(HANDLE token) {
  if (SetThreadToken(nullptr, token) == FALSE) {
    ReportViolation(Text("impersonate: error ").Number(GetLastError()));
  }
  CloseHandle(token);
  Tokens& tokens = TheTokens();
  const Lock::Guard guard(&tokens.lock);
  tokens.threads.insert(GetCurrentThreadId());
}

void StopImpersonating() { RevertToSelf(); }

bool ThreadIsImpersonating() { return IsImpersonating(GetCurrentThread()); }

uint32_t CountImpersonatingThreads() {
  Tokens& tokens = TheTokens();
  const Lock::Guard guard(&tokens.lock);
  for (auto id = tokens.threads.begin(); id != tokens.threads.end();) {
    id = ThreadIsImpersonating(*id) ? std::next(id) : tokens.threads.erase(id);
  }
  return static_cast<uint32_t>(tokens.threads.size());
}

}  // namespace secur32::scripted
