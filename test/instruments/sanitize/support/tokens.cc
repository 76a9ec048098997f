// In place of Windows' tokens. One is a block of the process's heap, so that
// AddressSanitizer sees who uses it after it was closed, and LeakSanitizer who
// never closes it. No thread is anybody else here.
#include "scripted/tokens.h"

#include <windows.h>

#include <atomic>

namespace secur32::scripted {
namespace {

constexpr uint32_t kToken = 0x6e656b6f;

std::atomic<uint32_t> open_tokens{0};

}  // namespace

HANDLE GiveToken(TokenKind kind) {
  if (kind == TokenKind::kNull) return nullptr;
  auto* const token =
      static_cast<uint32_t*>(HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(kToken)));
  *token = kToken;
  ++open_tokens;
  return token;
}

uint32_t CountOpenTokens() { return open_tokens; }

bool IsToken(HANDLE handle) { return *static_cast<const uint32_t*>(handle) == kToken; }

void ImpersonateWith(TokenKind) {}

void StopImpersonating() {}

}  // namespace secur32::scripted

BOOL CloseHandle(HANDLE handle) {
  using namespace secur32::scripted;
  if (!IsToken(handle)) return FALSE;
  HeapFree(GetProcessHeap(), 0, handle);
  --open_tokens;
  return TRUE;
}
