// A security package that does what a test tells it, and watches who calls it.
#ifndef SECUR32_TEST_SSP_SCRIPTED_PACKAGE_H_
#define SECUR32_TEST_SSP_SCRIPTED_PACKAGE_H_

#include "sspi/windows_sspi.h"

namespace secur32::scripted {

// The functions that Secur32.dll, or whoever stands in for it, calls.
SecurityFunctionTableW* FunctionTable();

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_PACKAGE_H_
