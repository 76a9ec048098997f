// EnumerateSecurityPackagesW and QuerySecurityPackageInfoW.
#ifndef SECUR32_SSPI_PACKAGES_H_
#define SECUR32_SSPI_PACKAGES_H_

#include <cstdint>

#include "sspi/context_buffer.h"
#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

// The records point into memory that the list owns.
struct PackageList {
  SECURITY_STATUS status = SEC_E_INTERNAL_ERROR;
  const SecPkgInfoW* packages = nullptr;
  uint32_t count = 0;
  ContextBuffer owner;
};

PackageList EnumeratePackages();
PackageList QueryPackage(wchar_t* name);

// The package's own name and the size of its largest token.
SECURITY_STATUS DescribePackage(ZeroedText* package, ZeroedText* name, uint32_t* max_token);

}  // namespace secur32

#endif  // SECUR32_SSPI_PACKAGES_H_
