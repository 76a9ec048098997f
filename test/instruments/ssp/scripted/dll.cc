// The package as Secur32.dll loads it: a DLL that is named in the registry.
#include <windows.h>
// After windows.h.
#include <winternl.h>

#include "scripted/heap.h"
#include "scripted/package.h"

namespace secur32::scripted {
namespace {

// Secur32.dll loads a package, unloads it, and loads it again on first use.
void PinThisModule() {
  HMODULE module = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                     reinterpret_cast<LPCWSTR>(&PinThisModule), &module);
}

using RtlFreeHeapFunction = BOOLEAN(NTAPI*)(HANDLE, ULONG, void*);
RtlFreeHeapFunction original_free_heap = nullptr;

BOOLEAN NTAPI WatchedFreeHeap(HANDLE heap, ULONG flags, void* memory) {
  return FreeByCaller(memory) ? TRUE : original_free_heap(heap, flags, memory);
}

// Where `importer` keeps the address of a function that it imports.
void** FindImport(HMODULE importer, const char* function) {
  auto* const base = reinterpret_cast<uint8_t*>(importer);
  const auto* const dos = reinterpret_cast<const IMAGE_DOS_HEADER*>(base);
  const auto* const headers = reinterpret_cast<const IMAGE_NT_HEADERS*>(base + dos->e_lfanew);
  const IMAGE_DATA_DIRECTORY& directory =
      headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  auto* module = reinterpret_cast<const IMAGE_IMPORT_DESCRIPTOR*>(base + directory.VirtualAddress);
  for (; module->Name != 0; ++module) {
    auto* name = reinterpret_cast<const IMAGE_THUNK_DATA*>(base + module->OriginalFirstThunk);
    auto* address = reinterpret_cast<IMAGE_THUNK_DATA*>(base + module->FirstThunk);
    for (; name->u1.AddressOfData != 0; ++name, ++address) {
      if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal)) continue;
      const auto* const by_name =
          reinterpret_cast<const IMAGE_IMPORT_BY_NAME*>(base + name->u1.AddressOfData);
      if (lstrcmpA(reinterpret_cast<const char*>(by_name->Name), function) == 0) {
        return reinterpret_cast<void**>(&address->u1.Function);
      }
    }
  }
  return nullptr;
}

// Wine's FreeContextBuffer does not ask the package, it frees from the
// process's heap. To see what is freed, and what twice, its way to the heap
// leads through here.
void WatchFreeContextBuffer() {
  if (original_free_heap != nullptr) return;
  const HMODULE secur32 = GetModuleHandleW(L"secur32.dll");
  void** const import = secur32 == nullptr ? nullptr : FindImport(secur32, "RtlFreeHeap");
  DWORD protection = 0;
  if (import == nullptr ||
      VirtualProtect(import, sizeof(*import), PAGE_READWRITE, &protection) == FALSE) {
    return;
  }
  original_free_heap = reinterpret_cast<RtlFreeHeapFunction>(*import);
  *import = reinterpret_cast<void*>(WatchedFreeHeap);
  VirtualProtect(import, sizeof(*import), protection, &protection);
}

}  // namespace
}  // namespace secur32::scripted

extern "C" __declspec(dllexport) SecurityFunctionTableW* SEC_ENTRY InitSecurityInterfaceW() {
  secur32::scripted::PinThisModule();
  secur32::scripted::WatchFreeContextBuffer();
  return secur32::scripted::FunctionTable();
}

// Whether buffers are counted; without it they only ever grow.
extern "C" bool WatchesFreeContextBuffer() {
  return secur32::scripted::original_free_heap != nullptr;
}
