#include "support/secret_watch.h"

#include <sanitizer/allocator_interface.h>
#include <string.h>

#include <cstdlib>

namespace secur32::sanitize {
namespace {

thread_local const void* watched = nullptr;
thread_local size_t watched_size = 0;
thread_local int blocks_found = 0;

void OnAllocation(const volatile void*, size_t) {}

void OnFree(const volatile void* memory) {
  if (watched == nullptr || memory == nullptr) return;
  const void* const block = const_cast<const void*>(memory);
  if (__sanitizer_get_ownership(block) == 0) return;
  const size_t size = __sanitizer_get_allocated_size(block);
  if (memmem(block, size, watched, watched_size) != nullptr) ++blocks_found;
}

}  // namespace

SecretWatch::SecretWatch(const void* secret, size_t size) {
  static const int installed = __sanitizer_install_malloc_and_free_hooks(OnAllocation, OnFree);
  if (installed == 0) std::abort();
  blocks_found = 0;
  watched_size = size;
  watched = secret;
}

SecretWatch::~SecretWatch() { watched = nullptr; }

int SecretWatch::found() { return blocks_found; }

}  // namespace secur32::sanitize
