#include "sspi/packages.h"

#include "sspi/secur32_api.h"

namespace secur32 {

PackageList EnumeratePackages() {
  PackageList list;
  SecPkgInfoW* packages = nullptr;
  ULONG count = 0;
  list.status = Api().EnumerateSecurityPackagesW(&count, &packages);
  list.owner = ContextBuffer(packages);
  if (list.status != SEC_E_OK || packages == nullptr) return list;
  list.packages = packages;
  list.count = count;
  return list;
}

PackageList QueryPackage(wchar_t* name) {
  PackageList list;
  SecPkgInfoW* package = nullptr;
  list.status = Api().QuerySecurityPackageInfoW(name, &package);
  list.owner = ContextBuffer(package);
  if (list.status != SEC_E_OK || package == nullptr) return list;
  list.packages = package;
  list.count = 1;
  return list;
}

}  // namespace secur32
