// What wakes the thread of an environment, in place of Node's threadsafe
// function.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_WAKEUP_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_WAKEUP_H_

#include <windows.h>

#include <cstdint>

namespace secur32::sanitize {

class Wakeup {
 public:
  Wakeup() = default;
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  // A WakeFunction; its data is a Wakeup.
  static void Wake(void* wakeup);

  // Returns once somebody has called Wake() since the last time, or false
  // after so many milliseconds.
  bool Await(DWORD milliseconds);

  // How often Wake() was called.
  uint32_t calls();

 private:
  SRWLOCK lock_ = SRWLOCK_INIT;
  CONDITION_VARIABLE woken_ = CONDITION_VARIABLE_INIT;
  uint32_t calls_ = 0;
  uint32_t seen_ = 0;
};

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_WAKEUP_H_
