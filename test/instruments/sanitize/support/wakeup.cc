#include "support/wakeup.h"

namespace secur32::sanitize {

void Wakeup::Wake(void* data) {
  auto* const wakeup = static_cast<Wakeup*>(data);
  AcquireSRWLockExclusive(&wakeup->lock_);
  ++wakeup->calls_;
  WakeAllConditionVariable(&wakeup->woken_);
  ReleaseSRWLockExclusive(&wakeup->lock_);
}

bool Wakeup::Await(DWORD milliseconds) {
  AcquireSRWLockExclusive(&lock_);
  bool in_time = true;
  while (in_time && seen_ == calls_) {
    in_time = SleepConditionVariableSRW(&woken_, &lock_, milliseconds, 0) != FALSE;
  }
  const bool woken = seen_ != calls_;
  seen_ = calls_;
  ReleaseSRWLockExclusive(&lock_);
  return woken;
}

uint32_t Wakeup::calls() {
  AcquireSRWLockExclusive(&lock_);
  const uint32_t calls = calls_;
  ReleaseSRWLockExclusive(&lock_);
  return calls;
}

}  // namespace secur32::sanitize
