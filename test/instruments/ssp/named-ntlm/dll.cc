// The package as Secur32.dll loads it: a DLL that is named in the registry.
#include "named-ntlm/package.h"

namespace {

// Secur32.dll loads a package, unloads it, and loads it again on first use.
void PinThisModule() {
  HMODULE module = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                     reinterpret_cast<LPCWSTR>(&PinThisModule), &module);
}

}  // namespace

extern "C" __declspec(dllexport) SecurityFunctionTableW* SEC_ENTRY InitSecurityInterfaceW() {
  PinThisModule();
  return secur32::named_ntlm::FunctionTable();
}
