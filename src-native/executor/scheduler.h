// Decides which tasks run when, on threads of our own, so that calls that wait
// for a domain controller hold up neither JavaScript nor libuv's four threads.
//
// One scheduler for each environment. Its decisions are made on the JavaScript
// thread alone; what other threads share with it is the mailbox for finished
// tasks. A task that is running when the environment ends finishes on its
// thread and is freed there.
#ifndef SECUR32_EXECUTOR_SCHEDULER_H_
#define SECUR32_EXECUTOR_SCHEDULER_H_

#include <cstdint>
#include <memory>

#include "executor/mailbox.h"
#include "executor/task.h"

namespace secur32 {

// How many tasks of one package run at once unless it is set. Each has a
// thread while it runs. Documented in lib/binding/thread-limit.ts.
constexpr uint32_t kDefaultThreadLimit = 64;

class Scheduler {
 public:
  // nullptr if there is no memory for it.
  static std::unique_ptr<Scheduler> Make(WakeFunction wake, void* data);
  // Of a closed scheduler, or of one that never got a task.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Takes the task and runs it as soon as its package has a thread left.
  // False, and the task stays with the caller, if there is no memory for it.
  [[nodiscard]] bool Submit(std::unique_ptr<Task>* task);

  // One that has finished, in order; nullptr if there is none.
  std::unique_ptr<Task> TakeFinished();
  // Whether the next can be taken without anybody being woken for it.
  bool more() const { return !taken_.empty(); }

  // Whether a task runs, waits, or was not taken yet.
  bool busy() const { return lanes_ != nullptr || more(); }

  // Tasks of a package beyond the limit wait, first come first served.
  void SetLimit(uint32_t limit);

  // The environment ends: what waits is dropped, what runs is left alone.
  void Close();

 private:
  Scheduler() = default;

  Lane* LaneOf(const wchar_t* package);
  void Launch(Task* task);
  void LaunchWaiting(Lane* lane);
  void Finish(Task* task);
  void DropIfIdle(Lane* lane);

  std::shared_ptr<Mailbox> mailbox_;
  // Of the packages that have a task just now: a handful at most.
  Lane* lanes_ = nullptr;
  TaskQueue taken_;
  uint32_t limit_ = kDefaultThreadLimit;
};

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_SCHEDULER_H_
