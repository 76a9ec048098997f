#include "executor/system_thread.h"

#include <windows.h>

#include <new>

namespace secur32 {
namespace {

// Never reached: schedulers and lanes bound what they ask for. A pool's own
// default is 500, which the lanes of several environments could fill.
constexpr DWORD kMostThreads = 20'000;

struct Call {
  void (*function)(void*);
  void* data;

  static void CALLBACK Run(PTP_CALLBACK_INSTANCE, void* argument) {
    auto* const call = static_cast<Call*>(argument);
    const Call copy = *call;
    delete call;
    copy.function(copy.data);
  }
};

// Without one of its own it is the pool of the process.
PTP_POOL MakePool() {
  PTP_POOL pool = CreateThreadpool(nullptr);
  if (pool != nullptr) SetThreadpoolThreadMaximum(pool, kMostThreads);
  return pool;
}

// Never closed: calls may be running when the process ends.
PTP_POOL PoolOf(SystemThreads threads) {
  static PTP_POOL const for_calls = MakePool();
  static PTP_POOL const for_discards = MakePool();
  return threads == SystemThreads::kForCalls ? for_calls : for_discards;
}

}  // namespace

bool RunOnSystemThread(SystemThreads threads, void (*function)(void*), void* data) {
  auto* const call = new (std::nothrow) Call{function, data};
  if (call == nullptr) return false;
  TP_CALLBACK_ENVIRON environment;
  InitializeThreadpoolEnvironment(&environment);
  PTP_POOL const pool = PoolOf(threads);
  if (pool != nullptr) SetThreadpoolCallbackPool(&environment, pool);
  // It may wait for a domain controller: the pool must not count on it to end.
  SetThreadpoolCallbackRunsLong(&environment);
  const bool submitted = TrySubmitThreadpoolCallback(Call::Run, call, &environment) != FALSE;
  DestroyThreadpoolEnvironment(&environment);
  if (!submitted) delete call;
  return submitted;
}

}  // namespace secur32
