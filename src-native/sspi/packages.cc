#include "sspi/packages.h"

#include "sspi/secur32_api.h"
#include "sspi/text.h"

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

SECURITY_STATUS DescribePackage(ZeroedText* package, ZeroedText* name, uint32_t* max_token) {
  const PackageList list = QueryPackage(package->get());
  if (list.status != SEC_E_OK) return list.status;
  if (list.count != 1 || list.packages[0].Name == nullptr) return SEC_E_INTERNAL_ERROR;
  const wchar_t* const own_name = list.packages[0].Name;
  if (!name->Assign(own_name, TextLength(own_name))) return SEC_E_INSUFFICIENT_MEMORY;
  *max_token = list.packages[0].cbMaxToken;
  return SEC_E_OK;
}

}  // namespace secur32
