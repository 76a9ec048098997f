#include "scripted/names.h"

#include <atomic>

#include "sspi/text.h"

namespace secur32::scripted {
namespace {

std::atomic<ULONG_PTR> upper_half[kPackages];

}  // namespace

const wchar_t* NameOfPackage(uint32_t package) { return kPackageNames[package]; }

uint32_t PackageOf(const wchar_t* name) {
  for (uint32_t i = 0; i < kPackages; ++i) {
    if (IsSameText(kPackageNames[i], name)) return i;
  }
  return 0;
}

void RememberUpperHalf(uint32_t package, ULONG_PTR value) { upper_half[package] = value; }

ULONG_PTR UpperHalf(uint32_t package) { return upper_half[package]; }

}  // namespace secur32::scripted
