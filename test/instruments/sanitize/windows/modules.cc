// The addon as a module of this Windows: a shared object of Linux. See
// secur32.cc for the others.
#include "windows/modules.h"

#include <dlfcn.h>
#include <windows.h>

#include <atomic>

namespace {

// The copy that was pinned last.
std::atomic<void*> pinned{nullptr};

}  // namespace

void* secur32::sanitize::PinnedModule() { return pinned; }

// For pinning by an address, which is what the addon does.
BOOL GetModuleHandleExW(DWORD flags, LPCWSTR address, HMODULE* module) {
  constexpr DWORD kPinByAddress =
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
  Dl_info info;
  if (flags != kPinByAddress || dladdr(address, &info) == 0) return FALSE;
  void* const found = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  if (found == nullptr) return FALSE;
  pinned = found;
  *module = static_cast<HMODULE>(found);
  return TRUE;
}
