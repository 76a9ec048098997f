// Node-API, resolved from the running process.
//
// A DLL that imports Node-API from node.exe cannot be loaded by Electron or by any other host with
// another file name. MSVC has delay loading with a hook for this; the MinGW toolchain has neither,
// so this file provides what an import library would: one pointer __imp_<name> per function,
// through which the compiler calls a function declared __declspec(dllimport). A constructor fills
// the pointers before the host calls napi_register_module_v1.

#if !defined(__MINGW32__)
#error "MSVC builds delay-load node.exe; this file is for MinGW toolchains only"
#endif

#include <node_api.h>
#include <windows.h>

namespace {

using HostFunction = void (*)();

// A host with an older Node-API lacks some functions. Calls to those fail as a call of Node-API
// may. One stub serves every signature: the caller owns the arguments in the x64 and ARM64
// conventions.
napi_status Missing() { return napi_generic_failure; }

[[noreturn]] void MissingNoReturn() { __builtin_trap(); }

}  // namespace

// A section of its own holds the pointers and nothing else, so that it can be made read-only.
#define HOST_SECTION __attribute__((section(".hostapi"), used))

#define HOST_POINTER(name, stub)                               \
  extern "C" HostFunction host_##name __asm__("__imp_" #name); \
  HOST_SECTION HostFunction host_##name = reinterpret_cast<HostFunction>(stub);
#define HOST_FUNCTION(name) HOST_POINTER(name, Missing)
#define HOST_FUNCTION_NO_RETURN(name) HOST_POINTER(name, MissingNoReturn)
#include "host_symbols.inc"
#undef HOST_FUNCTION
#undef HOST_FUNCTION_NO_RETURN

namespace {

struct HostSymbol {
  const char* name;
  HostFunction* pointer;
};

constexpr HostSymbol kHostSymbols[] = {
#define HOST_FUNCTION(name) {#name, &host_##name},
#define HOST_FUNCTION_NO_RETURN(name) {#name, &host_##name},
#include "host_symbols.inc"
#undef HOST_FUNCTION
#undef HOST_FUNCTION_NO_RETURN
};

constexpr size_t kPageSize = 4096;
static_assert(sizeof(kHostSymbols) / sizeof(HostSymbol) * sizeof(HostFunction) <= kPageSize,
              "the pointers are protected as one page");

// The executable itself, under whatever name, or a shared-library build of Node.js. The executable
// is asked first: a DLL that merely has one of these names is not the host.
HMODULE FindHost() {
  const HMODULE candidates[] = {
      GetModuleHandleW(nullptr),
      GetModuleHandleW(L"libnode.dll"),
      GetModuleHandleW(L"node.dll"),
  };
  for (HMODULE module : candidates) {
    if (module != nullptr && GetProcAddress(module, "napi_create_function") != nullptr)
      return module;
  }
  return nullptr;
}

// Runs under the loader lock, where GetModuleHandle and GetProcAddress are allowed.
__attribute__((constructor)) void ResolveHostSymbols() {
  HMODULE host = FindHost();
  if (host == nullptr) return;
  for (const HostSymbol& symbol : kHostSymbols) {
    FARPROC function = GetProcAddress(host, symbol.name);
    if (function != nullptr) *symbol.pointer = reinterpret_cast<HostFunction>(function);
  }
  // As the loader does with a real import table.
  DWORD previous;
  VirtualProtect(kHostSymbols[0].pointer, sizeof(HostFunction), PAGE_READONLY, &previous);
}

}  // namespace
