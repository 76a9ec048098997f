#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/executor.h"
#include "binding/handle_value.h"
#include "system/impersonation.h"

namespace secur32 {
namespace {

// Asynchronous calls are refused meanwhile: they would run as the process.
class ImpersonatingEnvironment {
 public:
  explicit ImpersonatingEnvironment(napi_env env) : executor_(Executor::Of(env)) {
    if (executor_ != nullptr) executor_->set_impersonating(true);
  }
  ~ImpersonatingEnvironment() {
    if (executor_ != nullptr) executor_->set_impersonating(false);
  }
  ImpersonatingEnvironment(const ImpersonatingEnvironment&) = delete;
  ImpersonatingEnvironment& operator=(const ImpersonatingEnvironment&) = delete;

 private:
  // An environment does not end while its JavaScript runs.
  Executor* const executor_;
};

}  // namespace

// (context, fn) -> [status, failure]; fn was called if both are 0. What it
// throws stays pending.
napi_value ImpersonateCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  std::shared_ptr<Context> context;
  EnteredContext turn;
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
      const ImpersonatingEnvironment impersonating(env);
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

}  // namespace secur32
