#include "windows/system_threads.h"

#include <pthread.h>

#include <atomic>
#include <new>
#include <vector>

#include "executor/lock.h"
#include "executor/system_thread.h"

namespace secur32 {
namespace {

struct Call {
  void (*function)(void*);
  void* data;
};

struct Threads {
  Lock lock;
  std::vector<pthread_t> unjoined;
};

// Never destroyed, like the system's own pool.
Threads& TheThreads() {
  static Threads* const threads = new Threads;
  return *threads;
}

std::atomic<bool> refused{false};

void* Run(void* argument) {
  auto* const call = static_cast<Call*>(argument);
  const Call copy = *call;
  delete call;
  copy.function(copy.data);
  return nullptr;
}

}  // namespace

bool RunOnSystemThread(SystemThreads, void (*function)(void*), void* data) {
  if (refused) return false;
  auto* const call = new (std::nothrow) Call{function, data};
  if (call == nullptr) return false;
  Threads& threads = TheThreads();
  pthread_t thread;
  const Lock::Guard guard(&threads.lock);
  if (pthread_create(&thread, nullptr, Run, call) != 0) {
    delete call;
    return false;
  }
  threads.unjoined.push_back(thread);
  return true;
}

namespace sanitize {

void AwaitSystemThreads() {
  Threads& threads = TheThreads();
  for (;;) {
    // A thread may start others while it is awaited.
    std::vector<pthread_t> threads_now;
    {
      const Lock::Guard guard(&threads.lock);
      threads_now.swap(threads.unjoined);
    }
    if (threads_now.empty()) return;
    for (const pthread_t thread : threads_now) pthread_join(thread, nullptr);
  }
}

void RefuseSystemThreads(bool refuse) { refused = refuse; }

}  // namespace sanitize
}  // namespace secur32
