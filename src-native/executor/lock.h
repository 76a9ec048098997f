#ifndef SECUR32_EXECUTOR_LOCK_H_
#define SECUR32_EXECUTOR_LOCK_H_

#include <windows.h>

namespace secur32 {

class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  // Holds a lock for as long as it lives.
  class Guard {
   public:
    explicit Guard(Lock* lock) : lock_(&lock->lock_) { AcquireSRWLockExclusive(lock_); }
    ~Guard() { ReleaseSRWLockExclusive(lock_); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    SRWLOCK* lock_;
  };

 private:
  SRWLOCK lock_ = SRWLOCK_INIT;
};

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_LOCK_H_
