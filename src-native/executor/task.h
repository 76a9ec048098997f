// A call into SSPI that may take seconds, as an object that runs on another
// thread.
#ifndef SECUR32_EXECUTOR_TASK_H_
#define SECUR32_EXECUTOR_TASK_H_

#include <memory>

#include "executor/discard.h"

namespace secur32 {

class Mailbox;
struct Lane;

// Freed on any thread: where its result was taken, or where it ran if nobody
// wants the result any more.
class Task : public Discard {
 public:
  // Calls SSPI. On any thread, once. It must not touch the environment, and it
  // must drop its references to handles, so that the last one never falls on
  // the JavaScript thread.
  virtual void Run() = 0;

  // The security package that it will call, before Run(); it waits behind the
  // others of the same package alone.
  virtual const wchar_t* package() const = 0;

  // False for a finished task that found no thread: it failed for want of one.
  bool ran() const { return ran_; }

 private:
  friend class Mailbox;
  friend class Scheduler;
  friend class TaskQueue;

  std::shared_ptr<Mailbox> mailbox_;
  Lane* lane_ = nullptr;
  Task* next_ = nullptr;
  bool ran_ = false;
};

// First in, first out; it does not own what is in it.
class TaskQueue {
 public:
  bool empty() const { return first_ == nullptr; }

  void Push(Task* task) {
    task->next_ = nullptr;
    *last_ = task;
    last_ = &task->next_;
  }

  // nullptr if there is none.
  Task* Pop() {
    Task* const task = first_;
    if (task == nullptr) return nullptr;
    first_ = task->next_;
    if (first_ == nullptr) last_ = &first_;
    return task;
  }

  TaskQueue() = default;
  TaskQueue(TaskQueue&& other) noexcept { *this = static_cast<TaskQueue&&>(other); }
  TaskQueue& operator=(TaskQueue&& other) noexcept {
    first_ = other.first_;
    last_ = first_ == nullptr ? &first_ : other.last_;
    other.first_ = nullptr;
    other.last_ = &other.first_;
    return *this;
  }

 private:
  Task* first_ = nullptr;
  Task** last_ = &first_;
};

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_TASK_H_
