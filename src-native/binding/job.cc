#include "binding/job.h"

#include <utility>

#include "binding/calls.h"
#include "binding/executor.h"
#include "system/impersonation.h"

namespace secur32 {

napi_value ResultOf(napi_env env, Job* job) {
  const napi_value result = job->Result(env);
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return result;
  // The exception says that there was no memory. It must not stay pending:
  // nothing can be called then.
  napi_value exception = nullptr;
  napi_get_and_clear_last_exception(env, &exception);
  return UndefinedValue(env);
}

napi_value Perform(napi_env env, bool sync, std::unique_ptr<Job> job) {
  if (sync) {
    job->Run();
    return ResultOf(env, job.get());
  }
  // On another thread it would run as the process.
  if (IsThreadImpersonating()) return Refuse(env, Refusal::kImpersonating);
  Executor* const executor = Executor::Of(env);
  const napi_value promise = executor == nullptr ? nullptr : executor->Start(env, std::move(job));
  return promise != nullptr ? promise : Refuse(env, Refusal::kNoMemory);
}

}  // namespace secur32
