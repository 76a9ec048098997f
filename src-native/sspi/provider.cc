#include "sspi/provider.h"

#include "sspi/text.h"

namespace secur32 {
namespace {

bool IsAnyOf(const wchar_t* package, const wchar_t* const* names, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (IsSameText(package, names[i])) return true;
  }
  return false;
}

constexpr const wchar_t* kStreamPackages[] = {
    L"Schannel", L"Microsoft Unified Security Protocol Provider", L"Default TLS SSP", L"CREDSSP",
    L"TSSSP",
};

constexpr const wchar_t* kWineTls[] = {L"Schannel",
                                       L"Microsoft Unified Security Protocol Provider"};
constexpr const wchar_t* kWineLsaPackages[] = {L"NTLM", L"Kerberos", L"Negotiate"};
constexpr const wchar_t* kWineNtlm[] = {L"NTLM"};
constexpr const wchar_t* kWineWithNtlm[] = {L"NTLM", L"Negotiate"};
constexpr const wchar_t* kWineWithKerberos[] = {L"Kerberos", L"Negotiate"};

using WineGetVersion = const char*(CDECL*)();

const char* FindWineVersion() {
  const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
  if (ntdll == nullptr) return nullptr;
  const auto get_version = reinterpret_cast<WineGetVersion>(
      reinterpret_cast<void*>(GetProcAddress(ntdll, "wine_get_version")));
  return get_version == nullptr ? nullptr : get_version();
}

// Every deviation of Wine's own packages, as of Wine 10.0. None of them may
// lower security: what a package would silently ignore is refused above.
uint32_t WineTraits(const wchar_t* package) {
  uint32_t traits = 0;
  if (IsAnyOf(package, kWineLsaPackages, ARRAYSIZE(kWineLsaPackages))) {
    traits |= kAcceptCannotAllocate | kFirstBufferIsToken | kIgnoresChannelBindings |
              kIgnoresPackageList | kTokenNotMeasured;
  }
  // Negotiate belongs here because it hands NTLM's answer through.
  if (IsAnyOf(package, kWineWithNtlm, ARRAYSIZE(kWineWithNtlm))) {
    traits |= kContextAttributesNotWritten | kMessagesWithoutKeys;
  }
  if (IsAnyOf(package, kWineTls, ARRAYSIZE(kWineTls))) traits |= kReadsWholeHeader;
  if (IsAnyOf(package, kWineNtlm, ARRAYSIZE(kWineNtlm))) traits |= kNoStreamMessages;
  // Kerberos has one ticket cache for the whole process.
  if (IsAnyOf(package, kWineWithKerberos, ARRAYSIZE(kWineWithKerberos))) {
    traits |= kOneIdentityPerProcess | kCutsGssTokens;
  }
  return traits;
}

}  // namespace

const char* WineVersion() {
  static const char* const version = FindWineVersion();
  return version;
}

uint32_t TraitsOfPackage(const wchar_t* package) {
  uint32_t traits = 0;
  if (IsAnyOf(package, kStreamPackages, ARRAYSIZE(kStreamPackages))) {
    traits |= kStreamPackage | kAllocatesOutput;
  }
  if (WineVersion() != nullptr) traits |= WineTraits(package);
  return traits;
}

}  // namespace secur32
