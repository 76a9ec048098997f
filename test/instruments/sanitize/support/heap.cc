// In place of the scripted package's own heap, which keeps what was freed to
// find out who uses it: the sanitizers do that better, if it is really freed.
#include "scripted/heap.h"

#include <windows.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "executor/lock.h"

namespace secur32::scripted {
namespace {

constexpr size_t kForeignBytes = 64;

struct CallerHeap {
  Lock lock;
  // Turned over, so that a list of them is no reference for LeakSanitizer.
  std::set<uintptr_t> living;
  // By what is in it.
  std::map<std::vector<uint8_t>, std::vector<uint8_t>> foreign;
};

CallerHeap& TheHeap() {
  static CallerHeap* const heap = new CallerHeap;
  return *heap;
}

uintptr_t Disguise(void* memory) { return ~reinterpret_cast<uintptr_t>(memory); }

}  // namespace

void* AllocateForCaller(size_t size) {
  void* const memory = HeapAlloc(GetProcessHeap(), 0, size);
  CallerHeap& heap = TheHeap();
  const Lock::Guard guard(&heap.lock);
  heap.living.insert(Disguise(memory));
  return memory;
}

bool FreeByCaller(void* memory) {
  CallerHeap& heap = TheHeap();
  {
    const Lock::Guard guard(&heap.lock);
    if (heap.living.erase(Disguise(memory)) == 0) return false;
  }
  HeapFree(GetProcessHeap(), 0, memory);
  return true;
}

// AddressSanitizer tells.
bool AnyWrittenAfterFree() { return false; }

uint32_t CountBuffers() {
  CallerHeap& heap = TheHeap();
  const Lock::Guard guard(&heap.lock);
  return static_cast<uint32_t>(heap.living.size());
}

void* ForeignMemory(const std::vector<uint8_t>& bytes) {
  CallerHeap& heap = TheHeap();
  const Lock::Guard guard(&heap.lock);
  std::vector<uint8_t>& memory = heap.foreign[bytes];
  memory.resize(std::max(bytes.size(), kForeignBytes));
  // Again, because whoever had it last may have written to it.
  std::copy(bytes.begin(), bytes.end(), memory.begin());
  return memory.data();
}

}  // namespace secur32::scripted
