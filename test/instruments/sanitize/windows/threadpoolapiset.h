// What of <windows.h> is about the system's pools of threads.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_THREADPOOLAPISET_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_THREADPOOLAPISET_H_

#ifndef SECUR32_TEST_SANITIZE_WINDOWS_WINDOWS_H_
#error "include windows.h"
#endif

using PTP_POOL = struct TP_POOL*;
using PTP_CALLBACK_INSTANCE = struct TP_CALLBACK_INSTANCE*;
using PTP_SIMPLE_CALLBACK = void(CALLBACK*)(PTP_CALLBACK_INSTANCE, void*);

struct TP_CALLBACK_ENVIRON {
  PTP_POOL pool;
  bool runs_long;
};

PTP_POOL CreateThreadpool(void* reserved);
void SetThreadpoolThreadMaximum(PTP_POOL pool, DWORD most);
void InitializeThreadpoolEnvironment(TP_CALLBACK_ENVIRON* environment);
void SetThreadpoolCallbackPool(TP_CALLBACK_ENVIRON* environment, PTP_POOL pool);
void SetThreadpoolCallbackRunsLong(TP_CALLBACK_ENVIRON* environment);
void DestroyThreadpoolEnvironment(TP_CALLBACK_ENVIRON* environment);
BOOL TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK callback, void* context,
                                 TP_CALLBACK_ENVIRON* environment);

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_THREADPOOLAPISET_H_
