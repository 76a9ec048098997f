// Runs jobs on other threads and settles their promises: the scheduler of an
// environment, and what wakes its JavaScript thread.
#ifndef SECUR32_BINDING_EXECUTOR_H_
#define SECUR32_BINDING_EXECUTOR_H_

#include <napi.h>

#include <cstdint>
#include <memory>

#include "binding/job.h"
#include "executor/scheduler.h"

namespace secur32 {

class Executor {
 public:
  // Makes the environment's executor. False if it could not be made.
  static bool Attach(napi_env env);
  // nullptr after the environment began to end.
  static Executor* Of(napi_env env);

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Returns a promise of the job's result, or nullptr if it could not start.
  napi_value Start(napi_env env, std::unique_ptr<Job> job);

  Scheduler* scheduler() { return scheduler_.get(); }

 private:
  Executor() = default;

  // On any thread.
  static void Wake(void* executor);
  // On the JavaScript thread, after Wake(): settles one promise.
  static void Settle(napi_env env, napi_value, void* executor, void*);
  // The environment begins to end: nothing more is settled.
  static void Close(void* executor);

  std::unique_ptr<Scheduler> scheduler_;
  napi_threadsafe_function wake_ = nullptr;
};

}  // namespace secur32

#endif  // SECUR32_BINDING_EXECUTOR_H_
