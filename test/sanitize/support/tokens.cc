// In place of Windows' tokens. One is a block of the process's heap, so that
// AddressSanitizer sees who uses it after it was closed, and LeakSanitizer who
// never closes it. No thread is anybody else here.
#include "scripted/tokens.h"

#include <windows.h>

namespace secur32::scripted {
namespace {

constexpr uint32_t kToken = 0x6e656b6f;

}  // namespace

HANDLE GiveToken(TokenKind kind) {
  if (kind == TokenKind::kNull) return nullptr;
  auto* const token =
      static_cast<uint32_t*>(HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(kToken)));
  *token = kToken;
  return token;
}

bool IsToken(HANDLE handle) { return *static_cast<const uint32_t*>(handle) == kToken; }

void ImpersonateWith(TokenKind) {}

void StopImpersonating() {}

}  // namespace secur32::scripted
