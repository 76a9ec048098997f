// The names by which the package is known, each a package of its own for
// Secur32.dll.
#ifndef SECUR32_TEST_SSP_SCRIPTED_NAMES_H_
#define SECUR32_TEST_SSP_SCRIPTED_NAMES_H_

#include <cstdint>

#include "sspi/windows_sspi.h"

namespace secur32::scripted {

constexpr uint32_t kPackages = 3;
constexpr ULONG kMaxToken = 3000;

// Of the package that is linked: scripted/package.cc or bridge/package.cc.
extern const wchar_t* const kPackageNames[kPackages];

const wchar_t* NameOfPackage(uint32_t package);
// By its name; the first one for names that are none.
uint32_t PackageOf(const wchar_t* name);

// Secur32.dll keeps the package in the upper half of a handle, but fills it in
// after some statuses only. Of each package, as it was seen last.
void RememberUpperHalf(uint32_t package, ULONG_PTR upper_half);
ULONG_PTR UpperHalf(uint32_t package);

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_NAMES_H_
