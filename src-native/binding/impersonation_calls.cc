#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/handle_value.h"
#include "system/impersonation.h"

namespace secur32 {
// (context, fn) -> [status, failure]; fn was called if both are 0. What it
// throws stays pending.
napi_value ImpersonateCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  EnteredContext turn;
  std::shared_ptr<Context> context;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &context, &refusal) ||
      !turn.Enter(context, &refusal)) {
    return Refuse(env, refusal);
  }
  SECURITY_STATUS status;
  ImpersonationFailure failure;
  {
    Impersonation impersonation;
    status = impersonation.Begin(context.get(), &failure);
    if (status >= 0 && failure == ImpersonationFailure::kNone) {
      napi_value receiver = UndefinedValue(env);
      // Not through a callback scope: no microtask runs before JavaScript that
      // called this has returned.
      napi_call_function(env, receiver, arguments[1], 0, nullptr, nullptr);
    }
  }
  Tuple tuple(env, 2);
  tuple.AddNumber(static_cast<uint32_t>(status));
  tuple.AddNumber(static_cast<uint32_t>(failure));
  return tuple.value();
}

// [1 or 0]
napi_value ThreadIsImpersonatingCall(napi_env env, napi_callback_info) {
  Tuple tuple(env, 1);
  tuple.AddNumber(IsThreadImpersonating() ? 1 : 0);
  return tuple.value();
}

}  // namespace secur32
