// Runs jobs on threads of our own, so that calls that wait for a domain
// controller hold up neither JavaScript nor libuv's four threads.
//
// One executor for each environment. Its decisions are made on the JavaScript
// thread alone; what other threads share with it is the mailbox for finished
// jobs. A job that is running when the environment ends finishes on its thread
// and is freed there.
#ifndef SECUR32_EXECUTOR_EXECUTOR_H_
#define SECUR32_EXECUTOR_EXECUTOR_H_

#include <napi.h>

#include <cstdint>
#include <memory>

#include "executor/job.h"

namespace secur32 {

// How many jobs of an environment run at once unless it says otherwise. Each
// has a thread while it runs. Documented in lib/thread-limit.ts.
constexpr uint32_t kDefaultThreadLimit = 64;

class Mailbox;
struct Task;

class Executor {
 public:
  // Makes the environment's executor. False if it could not be made.
  static bool Attach(napi_env env);
  // nullptr after the environment began to end.
  static Executor* Of(napi_env env);

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor();

  // Returns a promise of the job's result, or nullptr if it could not start.
  napi_value Start(napi_env env, std::unique_ptr<Job> job);

  // Jobs beyond the limit wait for their turn, first come first served.
  void SetLimit(uint32_t limit);

 private:
  Executor() = default;

  // The environment begins to end: nothing more is settled.
  static void CloseHook(void* executor);
  static void Wake(napi_env env, napi_value, void* executor, void*);

  void Launch(Task* task);
  void LaunchWaiting();
  void SettleFinished(napi_env env);

  std::shared_ptr<Mailbox> mailbox_;
  napi_threadsafe_function wake_ = nullptr;
  uint32_t limit_ = kDefaultThreadLimit;
  uint32_t running_ = 0;
  Task* first_waiting_ = nullptr;
  Task* last_waiting_ = nullptr;
};

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_EXECUTOR_H_
