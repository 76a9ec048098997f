// Where threads leave finished tasks for the JavaScript thread.
#ifndef SECUR32_EXECUTOR_MAILBOX_H_
#define SECUR32_EXECUTOR_MAILBOX_H_

#include <utility>

#include "executor/lock.h"
#include "executor/task.h"

namespace secur32 {

// Lets the JavaScript thread look into the mailbox, soon. Called on any thread.
using WakeFunction = void (*)(void* data);

class Mailbox {
 public:
  Mailbox(WakeFunction wake, void* data) : wake_(wake), data_(data) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // On any thread. False once closed: then nobody will come for it.
  bool Deliver(Task* task) {
    const Lock::Guard guard(&lock_);
    if (closed_) return false;
    // One call wakes JavaScript for all that comes until it looks.
    if (finished_.empty()) wake_(data_);
    finished_.Push(task);
    return true;
  }

  // On the JavaScript thread: all that was delivered, in order.
  TaskQueue TakeAll() {
    const Lock::Guard guard(&lock_);
    return std::move(finished_);
  }

  // After this nobody is woken any more.
  void Close() {
    const Lock::Guard guard(&lock_);
    closed_ = true;
  }

 private:
  Lock lock_;
  const WakeFunction wake_;
  void* const data_;
  TaskQueue finished_;
  bool closed_ = false;
};

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_MAILBOX_H_
