#include "scripted/heap.h"

#include <windows.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <set>

#include "executor/lock.h"
#include "scripted/ledger.h"
#include "scripted/text.h"

namespace secur32::scripted {
namespace {

constexpr size_t kKept = 4096;
constexpr uint8_t kFreedByte = 0xdd;
constexpr size_t kForeignBytes = 64;

struct Allocation {
  size_t size = 0;
  bool freed = false;
};

struct CallerHeap {
  Lock lock;
  std::map<void*, Allocation> allocations;
  std::deque<void*> kept;
  uint32_t living = 0;
  // By what is in it.
  std::map<std::vector<uint8_t>, void*> foreign;
  std::set<void*> all_foreign;
};

// Never destroyed: calls may be running when the process ends.
CallerHeap& TheHeap() {
  static CallerHeap* const heap = new CallerHeap;
  return *heap;
}

bool IsForeign(void* memory) {
  CallerHeap& heap = TheHeap();
  const Lock::Guard guard(&heap.lock);
  return heap.all_foreign.count(memory) != 0;
}

// Somebody wrote into what he had given back; told once.
bool WasWrittenTo(void* memory, size_t size) {
  auto* const bytes = static_cast<uint8_t*>(memory);
  for (size_t i = 0; i < size; ++i) {
    if (bytes[i] == kFreedByte) continue;
    std::memset(memory, kFreedByte, size);
    return true;
  }
  return false;
}

// Called with the lock held; true if there is something to complain of.
bool DropOldest(CallerHeap* heap) {
  if (heap->kept.size() <= kKept) return false;
  void* const memory = heap->kept.front();
  heap->kept.pop_front();
  const auto found = heap->allocations.find(memory);
  const bool written = WasWrittenTo(memory, found->second.size);
  heap->allocations.erase(found);
  HeapFree(GetProcessHeap(), 0, memory);
  return written;
}

}  // namespace

void* AllocateForCaller(size_t size) {
  void* const memory = HeapAlloc(GetProcessHeap(), 0, size == 0 ? 1 : size);
  CallerHeap& heap = TheHeap();
  const Lock::Guard guard(&heap.lock);
  heap.allocations[memory] = {size, false};
  ++heap.living;
  return memory;
}

bool FreeByCaller(void* memory) {
  CallerHeap& heap = TheHeap();
  if (IsForeign(memory)) {
    ReportViolation(Text("FreeContextBuffer: memory that nobody may free"));
    return true;
  }
  bool twice = false;
  bool written = false;
  {
    const Lock::Guard guard(&heap.lock);
    const auto found = heap.allocations.find(memory);
    if (found == heap.allocations.end()) return false;
    Allocation& allocation = found->second;
    twice = allocation.freed;
    if (!twice) {
      allocation.freed = true;
      std::memset(memory, kFreedByte, allocation.size);
      --heap.living;
      heap.kept.push_back(memory);
      written = DropOldest(&heap);
    }
  }
  if (twice) ReportViolation(Text("FreeContextBuffer: a buffer is freed twice"));
  if (written) ReportViolation(Text("a buffer was written to after it was freed"));
  return true;
}

bool AnyWrittenAfterFree() {
  CallerHeap& heap = TheHeap();
  const Lock::Guard guard(&heap.lock);
  bool any = false;
  for (void* const memory : heap.kept) {
    if (WasWrittenTo(memory, heap.allocations[memory].size)) any = true;
  }
  return any;
}

uint32_t CountBuffers() {
  CallerHeap& heap = TheHeap();
  const Lock::Guard guard(&heap.lock);
  return heap.living;
}

void* ForeignMemory(const std::vector<uint8_t>& bytes) {
  CallerHeap& heap = TheHeap();
  const Lock::Guard guard(&heap.lock);
  void*& memory = heap.foreign[bytes];
  if (memory == nullptr) {
    const size_t size = std::max(bytes.size(), kForeignBytes);
    memory = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
    heap.all_foreign.insert(memory);
  }
  // Again, because whoever had it last may have written to it.
  if (!bytes.empty()) std::memcpy(memory, bytes.data(), bytes.size());
  return memory;
}

}  // namespace secur32::scripted
