#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/package_record.h"
#include "sspi/packages.h"

namespace secur32 {
namespace {

// [status, then six elements for each package]
napi_value ListValue(napi_env env, const PackageList& list) {
  Tuple tuple(env, 1 + 6 * size_t{list.count});
  tuple.AddNumber(static_cast<uint32_t>(list.status));
  for (uint32_t i = 0; i < list.count; ++i) AddPackage(&list.packages[i], &tuple);
  return tuple.value();
}

}  // namespace

void AddPackage(const SecPkgInfoW* package, Tuple* tuple) {
  if (package == nullptr) {
    for (int i = 0; i < 6; ++i) tuple->AddUndefined();
    return;
  }
  tuple->AddNumber(package->fCapabilities);
  tuple->AddNumber(package->wVersion);
  tuple->AddNumber(package->wRPCID);
  tuple->AddNumber(package->cbMaxToken);
  tuple->AddText(package->Name);
  tuple->AddText(package->Comment);
}

napi_value EnumerateSecurityPackagesCall(napi_env env, napi_callback_info) {
  return ListValue(env, EnumeratePackages());
}

// (name)
napi_value QuerySecurityPackageInfoCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  ZeroedText name;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadText(env, arguments[0], &name, &refusal) ||
      !name.present()) {
    return Refuse(env, refusal);
  }
  return ListValue(env, QueryPackage(name.get()));
}

}  // namespace secur32
