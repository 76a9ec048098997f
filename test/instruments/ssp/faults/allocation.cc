// Takes the place of the operators that the addon allocates with: one of its
// next allocations fails. All that it allocates in the size of its input, and
// all that it can answer with an error, is allocated this way.
#include <atomic>
#include <cstdint>
#include <new>

namespace {

std::atomic<uint32_t> allocations{0};
std::atomic<uint32_t> failing{0};

bool IsFailing() { return ++allocations == failing; }

}  // namespace

// By the operators that throw, which the ones that free belong to.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return IsFailing() ? nullptr : ::operator new(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return IsFailing() ? nullptr : ::operator new[](size);
}

// The `number`-th allocation from now on fails, none for 0. Gives how many
// there were since the last time.
extern "C" __declspec(dllexport) uint32_t secur32_fail_allocation(uint32_t number) {
  failing = 0;
  const uint32_t before = allocations.exchange(0);
  failing = number;
  return before;
}
