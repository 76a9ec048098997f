#include "executor/scheduler.h"

#include <new>
#include <utility>

#include "executor/system_thread.h"
#include "sspi/text.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

// The tasks of one package. A package whose calls hang fills its own lane and
// holds up no other.
struct Lane {
  ZeroedText package;
  uint32_t running = 0;
  TaskQueue waiting;
  Lane* next = nullptr;
};

namespace {

// Tasks that nobody waits for, with the handles that they hold.
void DiscardAll(TaskQueue* tasks, const wchar_t* package) {
  while (Task* const task = tasks->Pop()) DiscardLater(package, std::unique_ptr<Discard>(task));
}

// Finished tasks do not know their package any more.
constexpr wchar_t kNoPackage[] = L"";

}  // namespace

std::unique_ptr<Scheduler> Scheduler::Make(WakeFunction wake, void* data) {
  std::unique_ptr<Scheduler> scheduler(new (std::nothrow) Scheduler);
  if (scheduler != nullptr) scheduler->mailbox_ = std::make_shared<Mailbox>(wake, data);
  return scheduler;
}

Scheduler::~Scheduler() {
  while (lanes_ != nullptr) delete std::exchange(lanes_, lanes_->next);
}

bool Scheduler::Submit(std::unique_ptr<Task>* task) {
  Lane* const lane = LaneOf((*task)->package());
  if (lane == nullptr) return false;
  Task* const taken = task->release();
  taken->lane_ = lane;
  taken->mailbox_ = mailbox_;
  lane->waiting.Push(taken);
  LaunchWaiting(lane);
  return true;
}

Lane* Scheduler::LaneOf(const wchar_t* package) {
  for (Lane* lane = lanes_; lane != nullptr; lane = lane->next) {
    if (IsSameText(lane->package.get(), package)) return lane;
  }
  std::unique_ptr<Lane> lane(new (std::nothrow) Lane);
  if (lane == nullptr || !lane->package.Assign(package, TextLength(package))) return nullptr;
  lane->next = lanes_;
  return lanes_ = lane.release();
}

void Scheduler::LaunchWaiting(Lane* lane) {
  while (lane->running < limit_ && !lane->waiting.empty()) {
    ++lane->running;
    Launch(lane->waiting.Pop());
  }
}

void Scheduler::Launch(Task* task) {
  const auto run = [](void* data) {
    auto* const running = static_cast<Task*>(data);
    running->Run();
    running->ran_ = true;
    // Once delivered it may be gone.
    const std::shared_ptr<Mailbox> mailbox = running->mailbox_;
    if (!mailbox->Deliver(running)) delete running;
  };
  // Without a thread it fails like any call that finds no memory, but is
  // delivered like any other, because its promise is out already.
  if (!RunOnSystemThread(SystemThreads::kForCalls, run, task)) mailbox_->Deliver(task);
}

std::unique_ptr<Task> Scheduler::TakeFinished() {
  if (taken_.empty()) {
    TaskQueue finished = mailbox_->TakeAll();
    while (Task* const task = finished.Pop()) {
      Finish(task);
      taken_.Push(task);
    }
  }
  return std::unique_ptr<Task>(taken_.Pop());
}

void Scheduler::Finish(Task* task) {
  Lane* const lane = std::exchange(task->lane_, nullptr);
  --lane->running;
  LaunchWaiting(lane);
  DropIfIdle(lane);
}

void Scheduler::DropIfIdle(Lane* lane) {
  if (lane->running > 0) return;
  Lane** link = &lanes_;
  while (*link != lane) link = &(*link)->next;
  *link = lane->next;
  delete lane;
}

void Scheduler::SetLimit(uint32_t limit) {
  limit_ = limit;
  for (Lane* lane = lanes_; lane != nullptr; lane = lane->next) LaunchWaiting(lane);
}

void Scheduler::Close() {
  mailbox_->Close();
  for (Lane* lane = lanes_; lane != nullptr; lane = lane->next) {
    DiscardAll(&lane->waiting, lane->package.get());
  }
  TaskQueue finished = mailbox_->TakeAll();
  DiscardAll(&finished, kNoPackage);
  DiscardAll(&taken_, kNoPackage);
}

}  // namespace secur32
