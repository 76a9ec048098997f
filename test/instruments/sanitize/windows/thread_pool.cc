// The system's pools: a thread for each callback, so that the calls have
// nothing in common but what our code gives them.
#include <pthread.h>
#include <windows.h>

#include <new>

namespace {

struct Callback {
  PTP_SIMPLE_CALLBACK function;
  void* context;
};

void* Run(void* argument) {
  auto* const callback = static_cast<Callback*>(argument);
  const Callback copy = *callback;
  delete callback;
  copy.function(nullptr, copy.context);
  return nullptr;
}

}  // namespace

struct TP_POOL {
  DWORD most;
};

PTP_POOL CreateThreadpool(void*) { return new TP_POOL{0}; }

void SetThreadpoolThreadMaximum(PTP_POOL pool, DWORD most) { pool->most = most; }

void InitializeThreadpoolEnvironment(TP_CALLBACK_ENVIRON* environment) { *environment = {}; }

void SetThreadpoolCallbackPool(TP_CALLBACK_ENVIRON* environment, PTP_POOL pool) {
  environment->pool = pool;
}

void SetThreadpoolCallbackRunsLong(TP_CALLBACK_ENVIRON* environment) {
  environment->runs_long = true;
}

void DestroyThreadpoolEnvironment(TP_CALLBACK_ENVIRON*) {}

BOOL TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK function, void* context,
                                 TP_CALLBACK_ENVIRON*) {
  auto* const callback = new (std::nothrow) Callback{function, context};
  if (callback == nullptr) return FALSE;
  pthread_t thread;
  if (pthread_create(&thread, nullptr, Run, callback) != 0) {
    delete callback;
    return FALSE;
  }
  pthread_detach(thread);
  return TRUE;
}
