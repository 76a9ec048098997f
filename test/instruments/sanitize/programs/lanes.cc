// The scheduler's promises, without a clock: tasks wait at gates, and what has
// to happen meanwhile does.
#include <atomic>
#include <memory>
#include <vector>

#include "executor/lock.h"
#include "executor/scheduler.h"
#include "scripted/gates.h"
#include "support/checks.h"
#include "support/wakeup.h"
#include "windows/system_threads.h"

namespace secur32::sanitize {
namespace {

constexpr DWORD kPatienceMs = 30'000;
constexpr uint32_t kGate = 1;

// What happened to the tasks of a case.
struct Events {
  Lock lock;
  std::vector<int> began;
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> ended{0};
  std::atomic<int> dropped{0};
};

class GateTask final : public Task {
 public:
  GateTask(Events* events, const wchar_t* package, int number, uint32_t gate)
      : events_(events), package_(package), number_(number), gate_(gate) {}
  ~GateTask() override { ++events_->dropped; }

  void Run() override {
    {
      const Lock::Guard guard(&events_->lock);
      events_->began.push_back(number_);
    }
    const int running = ++events_->running;
    int most = events_->most;
    while (running > most && !events_->most.compare_exchange_weak(most, running)) {
    }
    if (gate_ != 0) scripted::WaitAtGate(gate_);
    --events_->running;
    ++events_->ended;
  }

  const wchar_t* package() const override { return package_; }
  int number() const { return number_; }

 private:
  Events* const events_;
  const wchar_t* const package_;
  const int number_;
  const uint32_t gate_;
};

class Lanes {
 public:
  Lanes() : scheduler_(Scheduler::Make(Wakeup::Wake, &wakeup_)) {}
  ~Lanes() {
    if (scheduler_ != nullptr) Close();
    scripted::ForgetGates();
    AwaitSystemThreads();
  }

  Scheduler* scheduler() { return scheduler_.get(); }
  Events& events() { return events_; }
  Wakeup& wakeup() { return wakeup_; }

  void Submit(const wchar_t* package, int number, uint32_t gate) {
    std::unique_ptr<Task> task = std::make_unique<GateTask>(&events_, package, number, gate);
    EXPECT(scheduler_->Submit(&task));
    EXPECT(task == nullptr);
  }

  // The next `count` tasks that finish, in order; fewer if they do not.
  std::vector<int> Finish(size_t count) {
    std::vector<int> finished;
    while (finished.size() < count) {
      const std::unique_ptr<Task> task = scheduler_->TakeFinished();
      if (task != nullptr) {
        finished.push_back(static_cast<GateTask*>(task.get())->number());
      } else if (!wakeup_.Await(kPatienceMs)) {
        break;
      }
    }
    return finished;
  }

  // Whoever takes results takes them until there are none.
  void ExpectIdle() {
    EXPECT(scheduler_->TakeFinished() == nullptr);
    EXPECT(!scheduler_->busy());
  }

  void AwaitAtGates(uint32_t calls) {
    for (DWORD waited = 0; scripted::CallsAtGates() < calls && waited < kPatienceMs; ++waited) {
      Sleep(1);
    }
    EXPECT(scripted::CallsAtGates() == calls);
  }

  // Of an environment that ends.
  void Close() {
    scheduler_->Close();
    scheduler_.reset();
  }

 private:
  // Before the scheduler: threads may still wake it.
  Events events_;
  Wakeup wakeup_;
  std::unique_ptr<Scheduler> scheduler_;
};

void RunLaneOfItsOwn() {
  BeginCase("a package whose calls hang fills its own lane");
  Lanes lanes;
  lanes.scheduler()->SetLimit(2);
  for (int i = 0; i < 5; ++i) lanes.Submit(L"Scripted", i, kGate);
  lanes.AwaitAtGates(2);
  for (int i = 10; i < 20; ++i) lanes.Submit(L"CREDSSP", i, 0);
  const std::vector<int> finished = lanes.Finish(10);
  EXPECT(finished.size() == 10);
  for (const int number : finished) EXPECT(number >= 10);
  EXPECT(scripted::CallsAtGates() == 2);
  EXPECT(lanes.scheduler()->busy());
  scripted::OpenGate(kGate);
  EXPECT(lanes.Finish(5).size() == 5);
  lanes.ExpectIdle();
}

void RunOneLaneForAllSpellings() {
  BeginCase("one lane, however its package is written");
  Lanes lanes;
  lanes.scheduler()->SetLimit(1);
  lanes.Submit(L"Scripted", 0, kGate);
  lanes.Submit(L"SCRIPTED", 1, 0);
  lanes.Submit(L"scripted", 2, 0);
  lanes.AwaitAtGates(1);
  EXPECT(lanes.events().ended == 0);
  scripted::OpenGate(kGate);
  EXPECT(lanes.Finish(3) == (std::vector<int>{0, 1, 2}));
}

void RunOrder() {
  for (const uint32_t limit : {1u, 2u, 7u}) {
    BeginCase("first come, first served, and no more than the limit");
    Lanes lanes;
    lanes.scheduler()->SetLimit(limit);
    constexpr int kTasks = 100;
    for (int i = 0; i < kTasks; ++i) lanes.Submit(L"Scripted", i, i < 7 ? kGate : 0);
    lanes.AwaitAtGates(limit);
    EXPECT(lanes.events().running == static_cast<int>(limit));
    scripted::OpenGate(kGate);
    EXPECT(lanes.Finish(kTasks).size() == kTasks);
    EXPECT(lanes.events().most <= static_cast<int>(limit));
    const std::vector<int>& began = lanes.events().began;
    EXPECT(began.size() == kTasks);
    // They are launched in order; of those that run at once any may be first.
    for (int i = 0; i < static_cast<int>(began.size()); ++i) {
      EXPECT(began[i] < i + static_cast<int>(limit));
    }
  }
}

void RunLimit() {
  BeginCase("a higher limit takes effect at once, a lower one when tasks end");
  Lanes lanes;
  lanes.scheduler()->SetLimit(1);
  for (int i = 0; i < 6; ++i) lanes.Submit(L"Scripted", i, i < 4 ? kGate : kGate + 1);
  lanes.AwaitAtGates(1);
  lanes.scheduler()->SetLimit(4);
  lanes.AwaitAtGates(4);
  lanes.scheduler()->SetLimit(1);
  scripted::OpenGate(kGate);
  EXPECT(lanes.Finish(4).size() == 4);
  lanes.AwaitAtGates(1);
  EXPECT(lanes.events().ended == 4);
  scripted::OpenGate(kGate + 1);
  EXPECT(lanes.Finish(2) == (std::vector<int>{4, 5}));
}

void RunClose() {
  BeginCase("what only waited when the environment ended never runs");
  Lanes lanes;
  lanes.scheduler()->SetLimit(1);
  for (int i = 0; i < 4; ++i) lanes.Submit(L"Scripted", i, kGate);
  lanes.Submit(L"CREDSSP", 4, kGate);
  lanes.AwaitAtGates(2);
  const uint32_t wakes = lanes.wakeup().calls();
  lanes.Close();
  scripted::OpenGate(kGate);
  AwaitSystemThreads();
  EXPECT(lanes.events().ended == 2);
  EXPECT(lanes.events().dropped == 5);
  // Nobody is left to be woken.
  EXPECT(lanes.wakeup().calls() == wakes);
}

void RunCloseWithResults() {
  BeginCase("results that nobody took are dropped, also those in hand");
  Lanes lanes;
  for (int i = 0; i < 4; ++i) lanes.Submit(L"Scripted", i, 0);
  AwaitSystemThreads();
  EXPECT(lanes.Finish(1).size() == 1);
  EXPECT(lanes.scheduler()->busy());
  for (int i = 4; i < 6; ++i) lanes.Submit(L"Scripted", i, 0);
  AwaitSystemThreads();
  lanes.Close();
  AwaitSystemThreads();
  EXPECT(lanes.events().dropped == 6);
}

void RunOneWake() {
  BeginCase("one wake for all that comes until somebody looks");
  Lanes lanes;
  for (int i = 0; i < 10; ++i) lanes.Submit(L"Scripted", i, 0);
  AwaitSystemThreads();
  EXPECT(lanes.wakeup().calls() == 1);
  EXPECT(lanes.Finish(10).size() == 10);
  lanes.Submit(L"Scripted", 10, 0);
  EXPECT(lanes.Finish(1).size() == 1);
  EXPECT(lanes.wakeup().calls() == 2);
}

void RunWithoutThreads() {
  BeginCase("without a thread a task is delivered as one that did not run");
  Lanes lanes;
  lanes.scheduler()->SetLimit(2);
  RefuseSystemThreads(true);
  for (int i = 0; i < 5; ++i) lanes.Submit(L"Scripted", i, 0);
  int failed = 0;
  while (lanes.scheduler()->busy()) {
    const std::unique_ptr<Task> task = lanes.scheduler()->TakeFinished();
    if (task != nullptr && !task->ran()) ++failed;
  }
  EXPECT(failed == 5);
  EXPECT(lanes.events().ended == 0);
  lanes.Submit(L"Scripted", 5, 0);
  lanes.Submit(L"Scripted", 6, 0);
  lanes.Submit(L"Scripted", 7, 0);
  // The end without threads: all are dropped where it happens.
  lanes.Close();
  EXPECT(lanes.events().dropped == 8);
  RefuseSystemThreads(false);
}

void RunMany() {
  BeginCase("many lanes at once");
  Lanes lanes;
  lanes.scheduler()->SetLimit(1);
  constexpr int kLanes = 20;
  wchar_t names[kLanes][2] = {};
  for (int i = 0; i < kLanes; ++i) names[i][0] = static_cast<wchar_t>(L'A' + i);
  for (int i = 0; i < kLanes; ++i) lanes.Submit(names[i], i, kGate);
  lanes.AwaitAtGates(kLanes);
  for (int i = 0; i < kLanes; ++i) lanes.Submit(names[i], kLanes + i, 0);
  scripted::OpenGate(kGate);
  EXPECT(lanes.Finish(2 * kLanes).size() == 2 * kLanes);
  lanes.ExpectIdle();
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  sanitize::RunLaneOfItsOwn();
  sanitize::RunOneLaneForAllSpellings();
  sanitize::RunOrder();
  sanitize::RunLimit();
  sanitize::RunClose();
  sanitize::RunCloseWithResults();
  sanitize::RunOneWake();
  sanitize::RunWithoutThreads();
  sanitize::RunMany();
  return sanitize::EndProgram();
}
