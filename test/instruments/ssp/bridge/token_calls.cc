#include "bridge/client_tokens.h"
#include "bridge/functions.h"
#include "bridge/remote_contexts.h"
#include "scripted/ledger.h"
#include "scripted/tokens.h"

namespace secur32::bridge {

using scripted::Call;
using scripted::InsideCall;

SECURITY_STATUS SEC_ENTRY QueryToken(CtxtHandle* context, HANDLE* token) {
  InsideCall inside(Call::kQueryToken);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const SECURITY_STATUS status = MakeClientToken(RemoteOf(inside.context()), token);
  if (status >= 0) scripted::RememberGiven(*token);
  return status;
}

SECURITY_STATUS SEC_ENTRY Impersonate(CtxtHandle* context) {
  InsideCall inside(Call::kImpersonate);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  HANDLE token = nullptr;
  const SECURITY_STATUS status = MakeClientToken(RemoteOf(inside.context()), &token);
  if (status >= 0) scripted::ImpersonateWith(token);
  return status;
}

SECURITY_STATUS SEC_ENTRY Revert(CtxtHandle* context) {
  InsideCall inside(Call::kRevert);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  scripted::StopImpersonating();
  return SEC_E_OK;
}

}  // namespace secur32::bridge
