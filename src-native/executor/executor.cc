#include "executor/executor.h"

#include <new>
#include <utility>

#include "binding/refusal.h"
#include "binding/tuple.h"
#include "executor/mailbox.h"
#include "executor/system_thread.h"

namespace secur32 {
namespace {

void DeleteTask(void* task) { delete static_cast<Task*>(task); }

// Drops a task that nobody waits for, with the handles that it holds: not on
// the JavaScript thread, if there is another.
void Abandon(Task* task) {
  if (!RunOnSystemThread(DeleteTask, task)) DeleteTask(task);
}

void AbandonAll(Task* task) {
  while (task != nullptr) Abandon(std::exchange(task, task->next));
}

// On a thread of the pool.
void RunTask(void* data) {
  auto* const task = static_cast<Task*>(data);
  task->job->Run();
  const std::shared_ptr<Mailbox> mailbox = task->mailbox;
  if (!mailbox->Deliver(task)) DeleteTask(task);
}

void Settle(napi_env env, Task* task, napi_value result) {
  // In an ending environment this fails, and nobody is left to tell.
  if (result != nullptr) napi_resolve_deferred(env, task->deferred, result);
}

}  // namespace

bool Executor::Attach(napi_env env) {
  std::unique_ptr<Executor> executor(new (std::nothrow) Executor);
  if (executor == nullptr) return false;
  napi_value name = nullptr;
  if (napi_create_string_latin1(env, "secur32", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                      executor.get(), Wake, &executor->wake_) != napi_ok) {
    return false;
  }
  // Only a pending job keeps the event loop alive.
  napi_unref_threadsafe_function(env, executor->wake_);
  executor->mailbox_ = std::make_shared<Mailbox>(executor->wake_);
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<Executor*>(data); };
  // Hooks run in reverse order: this one before the threadsafe function's own.
  if (napi_add_env_cleanup_hook(env, CloseHook, executor.get()) != napi_ok) return false;
  if (napi_set_instance_data(env, executor.get(), finalize, nullptr) != napi_ok) {
    napi_remove_env_cleanup_hook(env, CloseHook, executor.get());
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

Executor::~Executor() { AbandonAll(first_waiting_); }

void Executor::CloseHook(void* data) {
  auto* const executor = static_cast<Executor*>(data);
  executor->mailbox_->Close();
  napi_release_threadsafe_function(std::exchange(executor->wake_, nullptr), napi_tsfn_abort);
  AbandonAll(executor->mailbox_->TakeAll());
}

napi_value Executor::Start(napi_env env, std::unique_ptr<Job> job) {
  std::unique_ptr<Task> task(new (std::nothrow) Task{std::move(job), nullptr, mailbox_});
  napi_value promise = nullptr;
  if (task == nullptr || napi_create_promise(env, &task->deferred, &promise) != napi_ok) {
    return nullptr;
  }
  if (running_ == 0) napi_ref_threadsafe_function(env, wake_);
  if (running_ < limit_) {
    Launch(task.release());
    return promise;
  }
  if (first_waiting_ == nullptr) {
    first_waiting_ = task.get();
  } else {
    last_waiting_->next = task.get();
  }
  last_waiting_ = task.release();
  return promise;
}

void Executor::Launch(Task* task) {
  ++running_;
  if (RunOnSystemThread(RunTask, task)) return;
  // No thread and no memory: it fails like any call that finds none, but is
  // delivered like any other, because its promise is out already.
  task->job.reset();
  task->mailbox->Deliver(task);
}

void Executor::LaunchWaiting() {
  while (running_ < limit_ && first_waiting_ != nullptr) {
    Task* const task = first_waiting_;
    first_waiting_ = task->next;
    task->next = nullptr;
    Launch(task);
  }
}

void Executor::SetLimit(uint32_t limit) {
  limit_ = limit;
  LaunchWaiting();
}

void Executor::Wake(napi_env env, napi_value, void* executor, void*) {
  // Without an environment the hook has done what is to be done.
  if (env != nullptr) static_cast<Executor*>(executor)->SettleFinished(env);
}

void Executor::SettleFinished(napi_env env) {
  Task* next = mailbox_->TakeAll();
  while (next != nullptr) {
    const std::unique_ptr<Task> task(std::exchange(next, next->next));
    --running_;
    napi_handle_scope scope = nullptr;
    if (napi_open_handle_scope(env, &scope) != napi_ok) continue;
    Settle(env, task.get(),
           task->job == nullptr ? NumberValue(env, static_cast<uint32_t>(Refusal::kNoMemory))
                                : ResultOf(env, task->job.get()));
    napi_close_handle_scope(env, scope);
  }
  LaunchWaiting();
  if (running_ == 0 && wake_ != nullptr) napi_unref_threadsafe_function(env, wake_);
}

}  // namespace secur32
