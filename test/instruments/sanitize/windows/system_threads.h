// executor/system_thread.h over pthread: a thread for each call, so that the
// calls have nothing in common but what our code gives them.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_SYSTEM_THREADS_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_SYSTEM_THREADS_H_

namespace secur32::sanitize {

// Returns when no call is running any more.
void AwaitSystemThreads();

// From now on there are no threads to be had, or again some.
void RefuseSystemThreads(bool refuse);

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_SYSTEM_THREADS_H_
