// Where threads leave finished jobs for the JavaScript thread.
#ifndef SECUR32_EXECUTOR_MAILBOX_H_
#define SECUR32_EXECUTOR_MAILBOX_H_

#include <napi.h>
#include <windows.h>

#include <memory>
#include <utility>

#include "executor/job.h"

namespace secur32 {

class Mailbox;

// A job on its way: waiting, running, or finished.
struct Task {
  std::unique_ptr<Job> job;
  napi_deferred deferred;
  std::shared_ptr<Mailbox> mailbox;
  Task* next = nullptr;
};

class Mailbox {
 public:
  explicit Mailbox(napi_threadsafe_function wake) : wake_(wake) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // On any thread. False once closed: then nobody will come for it.
  bool Deliver(Task* task) {
    Guard guard(&lock_);
    if (wake_ == nullptr) return false;
    task->next = nullptr;
    // One call wakes JavaScript for all that comes until it looks.
    if (first_ == nullptr) napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
    *last_ = task;
    last_ = &task->next;
    return true;
  }

  // On the JavaScript thread: all that was delivered, in order.
  Task* TakeAll() {
    Guard guard(&lock_);
    last_ = &first_;
    return std::exchange(first_, nullptr);
  }

  // After this no thread touches the threadsafe function any more.
  void Close() {
    Guard guard(&lock_);
    wake_ = nullptr;
  }

 private:
  class Guard {
   public:
    explicit Guard(SRWLOCK* lock) : lock_(lock) { AcquireSRWLockExclusive(lock_); }
    ~Guard() { ReleaseSRWLockExclusive(lock_); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    SRWLOCK* lock_;
  };

  SRWLOCK lock_ = SRWLOCK_INIT;
  napi_threadsafe_function wake_;
  Task* first_ = nullptr;
  Task** last_ = &first_;
};

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_MAILBOX_H_
