// SRW locks are pthread's mutexes, which ThreadSanitizer knows.
#include <sys/syscall.h>
#include <unistd.h>
#include <windows.h>

#include <cstdlib>
#include <ctime>

namespace {

// On Windows these cannot fail.
void MustBeZero(int error) {
  if (error != 0) std::abort();
}

}  // namespace

void AcquireSRWLockExclusive(SRWLOCK* lock) { MustBeZero(pthread_mutex_lock(&lock->mutex)); }

void ReleaseSRWLockExclusive(SRWLOCK* lock) { MustBeZero(pthread_mutex_unlock(&lock->mutex)); }

BOOL SleepConditionVariableSRW(CONDITION_VARIABLE* condition, SRWLOCK* lock, DWORD milliseconds,
                               ULONG) {
  timespec end{};
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += milliseconds / 1000;
  end.tv_nsec += long{milliseconds % 1000} * 1'000'000;
  if (end.tv_nsec >= 1'000'000'000) {
    ++end.tv_sec;
    end.tv_nsec -= 1'000'000'000;
  }
  return pthread_cond_timedwait(&condition->condition, &lock->mutex, &end) == 0 ? TRUE : FALSE;
}

void WakeAllConditionVariable(CONDITION_VARIABLE* condition) {
  MustBeZero(pthread_cond_broadcast(&condition->condition));
}

DWORD GetCurrentThreadId() { return static_cast<DWORD>(syscall(SYS_gettid)); }

void Sleep(DWORD milliseconds) {
  const timespec time{time_t{milliseconds / 1000}, long{milliseconds % 1000} * 1'000'000};
  nanosleep(&time, nullptr);
}
