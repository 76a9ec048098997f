#include "executor/system_thread.h"

#include <windows.h>

#include <new>

namespace secur32 {
namespace {

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

}  // namespace

bool RunOnSystemThread(void (*function)(void*), void* data) {
  auto* const call = new (std::nothrow) Call{function, data};
  if (call == nullptr) return false;
  TP_CALLBACK_ENVIRON environment;
  InitializeThreadpoolEnvironment(&environment);
  // It may wait for a domain controller: the pool must not count on it to end.
  SetThreadpoolCallbackRunsLong(&environment);
  const bool submitted = TrySubmitThreadpoolCallback(Call::Run, call, &environment) != FALSE;
  DestroyThreadpoolEnvironment(&environment);
  if (!submitted) delete call;
  return submitted;
}

}  // namespace secur32
