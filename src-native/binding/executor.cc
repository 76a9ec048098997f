#include "binding/executor.h"

#include <new>
#include <utility>

#include "binding/refusal.h"
#include "binding/tuple.h"

namespace secur32 {

bool Executor::Attach(napi_env env) {
  std::unique_ptr<Executor> executor(new (std::nothrow) Executor);
  if (executor == nullptr) return false;
  executor->scheduler_ = Scheduler::Make(Wake, executor.get());
  if (executor->scheduler_ == nullptr) return false;
  napi_value name = nullptr;
  if (napi_create_string_latin1(env, "secur32", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                      executor.get(), Settle, &executor->wake_) != napi_ok) {
    return false;
  }
  // Only a pending job keeps the event loop alive.
  napi_unref_threadsafe_function(env, executor->wake_);
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<Executor*>(data); };
  // Hooks run in reverse order: this one before the threadsafe function's own.
  if (napi_add_env_cleanup_hook(env, Close, executor.get()) != napi_ok) return false;
  if (napi_set_instance_data(env, executor.get(), finalize, nullptr) != napi_ok) {
    napi_remove_env_cleanup_hook(env, Close, executor.get());
    return false;
  }
  executor.release();
  return true;
}

Executor* Executor::Of(napi_env env) {
  void* data = nullptr;
  if (napi_get_instance_data(env, &data) != napi_ok || data == nullptr) return nullptr;
  auto* const executor = static_cast<Executor*>(data);
  return executor->wake_ == nullptr ? nullptr : executor;
}

void Executor::Close(void* data) {
  auto* const executor = static_cast<Executor*>(data);
  // First, so that no thread touches the threadsafe function any more.
  executor->scheduler_->Close();
  napi_release_threadsafe_function(std::exchange(executor->wake_, nullptr), napi_tsfn_abort);
}

napi_value Executor::Start(napi_env env, std::unique_ptr<Job> job) {
  napi_value promise = nullptr;
  if (napi_create_promise(env, &job->deferred_, &promise) != napi_ok) return nullptr;
  const bool was_busy = scheduler_->busy();
  std::unique_ptr<Task> task = std::move(job);
  if (!scheduler_->Submit(&task)) return nullptr;
  if (!was_busy) napi_ref_threadsafe_function(env, wake_);
  return promise;
}

void Executor::Wake(void* data) {
  napi_call_threadsafe_function(static_cast<Executor*>(data)->wake_, nullptr,
                                napi_tsfn_nonblocking);
}

void Executor::Settle(napi_env env, napi_value, void* data, void*) {
  // Without an environment Close() has done what is to be done.
  if (env == nullptr) return;
  auto* const executor = static_cast<Executor*>(data);
  Scheduler* const scheduler = executor->scheduler_.get();
  std::unique_ptr<Task> task = scheduler->TakeFinished();
  if (task == nullptr) return;
  // One result for each wake: after a number of them Node.js sees to timers and
  // sockets, however many calls wait and however quick they are.
  if (scheduler->more()) Wake(executor);
  auto* const job = static_cast<Job*>(task.get());
  const napi_value result =
      job->ran() ? ResultOf(env, job) : NumberValue(env, static_cast<uint32_t>(Refusal::kNoMemory));
  // In an ending environment this fails, and nobody is left to tell.
  if (result != nullptr) napi_resolve_deferred(env, job->deferred_, result);
  // One that did not run still holds what it was to call with.
  if (!job->ran()) DiscardLater(job->package(), std::move(task));
  if (!scheduler->busy()) napi_unref_threadsafe_function(env, executor->wake_);
}

}  // namespace secur32
