// The names of the bridge's packages, in place of the scripted one's. Those of
// Wine's own cannot be had: Secur32.dll has them first.
#include "scripted/names.h"

#include <atomic>

#include "sspi/text.h"

namespace secur32::scripted {
namespace {

constexpr const wchar_t* kNames[kPackages] = {L"MitNegotiate", L"MitKerberos", L"MitNTLM"};

std::atomic<ULONG_PTR> upper_half[kPackages];

}  // namespace

const wchar_t* NameOfPackage(uint32_t package) { return kNames[package]; }

uint32_t PackageOf(const wchar_t* name) {
  for (uint32_t i = 0; i < kPackages; ++i) {
    if (IsSameText(kNames[i], name)) return i;
  }
  return 0;
}

void RememberUpperHalf(uint32_t package, ULONG_PTR value) { upper_half[package] = value; }

ULONG_PTR UpperHalf(uint32_t package) { return upper_half[package]; }

}  // namespace secur32::scripted
