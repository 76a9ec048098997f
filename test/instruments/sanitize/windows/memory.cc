// The process's heap is the one that the sanitizers watch.
#include <windows.h>

#include <cstdlib>

HANDLE GetProcessHeap() {
  static char heap;
  return &heap;
}

void* HeapAlloc(HANDLE, DWORD flags, SIZE_T size) {
  return (flags & HEAP_ZERO_MEMORY) != 0 ? std::calloc(1, size) : std::malloc(size);
}

BOOL HeapFree(HANDLE, DWORD, void* memory) {
  std::free(memory);
  return TRUE;
}

void* SecureZeroMemory(void* memory, SIZE_T size) {
  // Volatile, as on Windows: it must not be left out before a free.
  auto* const bytes = static_cast<volatile unsigned char*>(memory);
  for (SIZE_T i = 0; i < size; ++i) bytes[i] = 0;
  return memory;
}
