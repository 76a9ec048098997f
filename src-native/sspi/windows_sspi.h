// The Windows headers of the marshalling core, in the one order that works.
#ifndef SECUR32_SSPI_WINDOWS_SSPI_H_
#define SECUR32_SSPI_WINDOWS_SSPI_H_

#ifndef SECURITY_WIN32
#define SECURITY_WIN32
#endif

#include <windows.h>

// After windows.h.
#include <sspi.h>

#endif  // SECUR32_SSPI_WINDOWS_SSPI_H_
