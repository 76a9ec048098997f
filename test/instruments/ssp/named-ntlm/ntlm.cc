#include "named-ntlm/ntlm.h"

#include <cstdlib>

namespace secur32::named_ntlm {
namespace {

const SecurityFunctionTableW* FindTable() {
  // Loaded already: nobody else calls a security package.
  const HMODULE library = GetModuleHandleW(L"secur32.dll");
  if (library == nullptr) return nullptr;
  const auto init_interface = reinterpret_cast<INIT_SECURITY_INTERFACE_W>(
      reinterpret_cast<void*>(GetProcAddress(library, "InitSecurityInterfaceW")));
  return init_interface == nullptr ? nullptr : init_interface();
}

}  // namespace

const SecurityFunctionTableW& Secur32() {
  static const SecurityFunctionTableW* const table = FindTable();
  if (table == nullptr) std::abort();
  return *table;
}

}  // namespace secur32::named_ntlm
