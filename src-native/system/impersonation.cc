#include "system/impersonation.h"

#include <napi.h>

#include <utility>

#include "sspi/certificate.h"
#include "sspi/secur32_api.h"
#include "system/token.h"

namespace secur32 {
namespace {

// The token of this thread; false if it has none, which is its own identity.
// True with nullptr where it cannot be told.
bool OpenTokenOfThread(HANDLE* token) {
  *token = nullptr;
  // As the process: the client may have no right to its own token.
  if (OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, token) != FALSE) return true;
  // Anything else than this may hide a token.
  return GetLastError() != ERROR_NO_TOKEN;
}

// The same, and how far it may be used.
bool HasThreadToken(DWORD* level) {
  HANDLE handle = nullptr;
  if (!OpenTokenOfThread(&handle)) return false;
  if (handle == nullptr) return true;
  SECURITY_IMPERSONATION_LEVEL found = SecurityAnonymous;
  DWORD size = 0;
  GetTokenInformation(handle, TokenImpersonationLevel, &found, sizeof(found), &size);
  CloseHandle(handle);
  *level = static_cast<DWORD>(found);
  return true;
}

}  // namespace

bool IsThreadImpersonating() {
  HANDLE token = nullptr;
  if (!OpenTokenOfThread(&token)) return false;
  if (token != nullptr) CloseHandle(token);
  return true;
}

SECURITY_STATUS Impersonation::Begin(Context* context, ImpersonationFailure* failure) {
  *failure = ImpersonationFailure::kNone;
  DWORD level = SecurityAnonymous;
  if (HasThreadToken(&level)) {
    *failure = ImpersonationFailure::kAlready;
    return SEC_E_OK;
  }
  LoadCertificateFunctions();
  const SECURITY_STATUS status = Api().ImpersonateSecurityContext(context->handle());
  if (status < 0) return status;
  context_ = context;
  if (!HasThreadToken(&level)) {
    *failure = ImpersonationFailure::kNoToken;
  } else if (level < SecurityImpersonation) {
    *failure = ImpersonationFailure::kIdentifyOnly;
  }
  if (*failure != ImpersonationFailure::kNone) End();
  return status;
}

void Impersonation::End() {
  Context* const context = std::exchange(context_, nullptr);
  if (context == nullptr) return;
  DWORD level = 0;
  if (Api().RevertSecurityContext(context->handle()) < 0 || HasThreadToken(&level)) {
    napi_fatal_error("secur32", NAPI_AUTO_LENGTH,
                     "RevertSecurityContext failed: the thread would go on as the client",
                     NAPI_AUTO_LENGTH);
  }
}

Impersonation::~Impersonation() { End(); }

}  // namespace secur32
