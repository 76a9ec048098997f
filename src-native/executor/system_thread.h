// Threads of the system's own pools, which need no environment and no clean-up
// of ours: they make threads on demand and keep them for a while.
//
// Pools of this addon alone: calls that hang in it must not take the threads
// of others in the process, nor the other way round.
#ifndef SECUR32_EXECUTOR_SYSTEM_THREAD_H_
#define SECUR32_EXECUTOR_SYSTEM_THREAD_H_

namespace secur32 {

enum class SystemThreads { kForCalls, kForDiscards };

// Runs `function(data)` on another thread. False if there is none to be had.
bool RunOnSystemThread(SystemThreads threads, void (*function)(void*), void* data);

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_SYSTEM_THREAD_H_
