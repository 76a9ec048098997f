// Libraries of the system, loaded from System32 and from nowhere else, so that
// a file of the same name beside the program, or on its path, is never run.
#ifndef SECUR32_SSPI_SYSTEM_LIBRARY_H_
#define SECUR32_SSPI_SYSTEM_LIBRARY_H_

#include "sspi/windows_sspi.h"

namespace secur32 {

// `file` begins with a backslash. nullptr if there is none.
HMODULE LoadFromSystem32(const wchar_t* file);

// nullptr if the library does not have it.
template <typename Function>
Function FindFunction(HMODULE library, const char* name) {
  // By way of void*, as GetProcAddress's own type says nothing of the function.
  return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(library, name)));
}

}  // namespace secur32

#endif  // SECUR32_SSPI_SYSTEM_LIBRARY_H_
