// Threads of the system's own pool, which needs no environment and no clean-up
// of ours: it makes threads on demand and keeps them for a while.
#ifndef SECUR32_EXECUTOR_SYSTEM_THREAD_H_
#define SECUR32_EXECUTOR_SYSTEM_THREAD_H_

namespace secur32 {

// Runs `function(data)` on another thread. False if there is none to be had.
bool RunOnSystemThread(void (*function)(void*), void* data);

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_SYSTEM_THREAD_H_
