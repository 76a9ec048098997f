#include "executor/discard.h"

#include <cstdint>
#include <new>
#include <utility>

#include "executor/lock.h"
#include "executor/system_thread.h"
#include "sspi/text.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

class DiscardQueue {
 public:
  void Push(std::unique_ptr<Discard> discard) {
    Discard* const last = discard.release();
    *last_ = last;
    last_ = &last->next_discard_;
  }

  std::unique_ptr<Discard> Pop() {
    std::unique_ptr<Discard> discard(first_);
    if (discard != nullptr) first_ = std::exchange(discard->next_discard_, nullptr);
    if (first_ == nullptr) last_ = &first_;
    return discard;
  }

 private:
  Discard* first_ = nullptr;
  Discard** last_ = &first_;
};

namespace {

// Ends of handles are short, unless something hangs: then there are no more
// threads than these that hang with it.
constexpr uint32_t kThreadsPerPackage = 8;

struct Lane {
  ZeroedText package;
  DiscardQueue waiting;
  uint32_t threads = 0;
  Lane* next = nullptr;
};

// One for each security package of the system that was ever used.
struct Lanes {
  Lock lock;
  Lane* first = nullptr;
};

// Never destroyed: threads may be at it when the process ends.
Lanes& TheLanes() {
  static Lanes* const lanes = new Lanes;
  return *lanes;
}

// With the lock held. nullptr if there is no memory for it.
Lane* LaneOf(Lanes* lanes, const wchar_t* package) {
  for (Lane* lane = lanes->first; lane != nullptr; lane = lane->next) {
    if (IsSameText(lane->package.get(), package)) return lane;
  }
  std::unique_ptr<Lane> lane(new (std::nothrow) Lane);
  if (lane == nullptr || !lane->package.Assign(package, TextLength(package))) return nullptr;
  lane->next = lanes->first;
  return lanes->first = lane.release();
}

// One thread of a lane, until nothing waits in it.
void Drain(void* data) {
  auto* const lane = static_cast<Lane*>(data);
  Lanes& lanes = TheLanes();
  for (;;) {
    std::unique_ptr<Discard> discard;
    {
      const Lock::Guard guard(&lanes.lock);
      discard = lane->waiting.Pop();
      if (discard == nullptr) {
        --lane->threads;
        return;
      }
    }
  }
}

}  // namespace

void DiscardLater(const wchar_t* package, std::unique_ptr<Discard> discard) {
  Lanes& lanes = TheLanes();
  Lane* lane;
  {
    const Lock::Guard guard(&lanes.lock);
    lane = LaneOf(&lanes, package);
    // Without memory it is deleted here after all.
    if (lane == nullptr) return;
    lane->waiting.Push(std::move(discard));
    if (lane->threads == kThreadsPerPackage) return;
    ++lane->threads;
  }
  // The same without threads.
  if (!RunOnSystemThread(SystemThreads::kForDiscards, Drain, lane)) Drain(lane);
}

}  // namespace secur32
