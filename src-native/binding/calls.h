// The functions that the addon exports, by concern. Their arguments and
// results are described in lib/binding/native-binding.ts.
#ifndef SECUR32_BINDING_CALLS_H_
#define SECUR32_BINDING_CALLS_H_

#include <napi.h>

#include "binding/refusal.h"
#include "binding/tuple.h"

namespace secur32 {

napi_value AcquireCredentialsHandleCall(napi_env env, napi_callback_info info);
napi_value CloseCredentialCall(napi_env env, napi_callback_info info);

napi_value InitializeSecurityContextCall(napi_env env, napi_callback_info info);
napi_value AcceptSecurityContextCall(napi_env env, napi_callback_info info);
napi_value CompleteAuthTokenCall(napi_env env, napi_callback_info info);
napi_value CloseContextCall(napi_env env, napi_callback_info info);

napi_value QueryContextAttributesCall(napi_env env, napi_callback_info info);
napi_value QueryCredentialsAttributesCall(napi_env env, napi_callback_info info);
napi_value SetContextAttributesCall(napi_env env, napi_callback_info info);
napi_value SetCredentialsAttributesCall(napi_env env, napi_callback_info info);

napi_value EncryptMessageCall(napi_env env, napi_callback_info info);
napi_value DecryptMessageCall(napi_env env, napi_callback_info info);
napi_value MakeSignatureCall(napi_env env, napi_callback_info info);
napi_value VerifySignatureCall(napi_env env, napi_callback_info info);
napi_value ApplyControlTokenCall(napi_env env, napi_callback_info info);

napi_value ExportSecurityContextCall(napi_env env, napi_callback_info info);
napi_value ImportSecurityContextCall(napi_env env, napi_callback_info info);

napi_value QuerySecurityContextTokenCall(napi_env env, napi_callback_info info);
napi_value TokenInformationCall(napi_env env, napi_callback_info info);
napi_value DuplicateTokenCall(napi_env env, napi_callback_info info);
napi_value DuplicateTokenIntoCall(napi_env env, napi_callback_info info);
napi_value AdoptTokenCall(napi_env env, napi_callback_info info);
napi_value CloseTokenCall(napi_env env, napi_callback_info info);
napi_value ImpersonateCall(napi_env env, napi_callback_info info);
napi_value ThreadIsImpersonatingCall(napi_env env, napi_callback_info info);

napi_value LookupAccountSidsCall(napi_env env, napi_callback_info info);
napi_value LookupAccountNamesCall(napi_env env, napi_callback_info info);

napi_value KnowsChannelBindingFlagsCall(napi_env env, napi_callback_info info);

napi_value EnumerateSecurityPackagesCall(napi_env env, napi_callback_info info);
napi_value QuerySecurityPackageInfoCall(napi_env env, napi_callback_info info);

napi_value LiveCountsCall(napi_env env, napi_callback_info info);
napi_value WineVersionCall(napi_env env, napi_callback_info info);

napi_value SetThreadLimitCall(napi_env env, napi_callback_info info);

inline napi_value Refuse(napi_env env, Refusal refusal) {
  return NumberValue(env, static_cast<uint32_t>(refusal));
}

// The arguments of a call; false if there are fewer than it wants.
template <size_t kCount>
bool ReadArguments(napi_env env, napi_callback_info info, napi_value (&arguments)[kCount]) {
  size_t count = kCount;
  return napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) == napi_ok &&
         count >= kCount;
}

}  // namespace secur32

#endif  // SECUR32_BINDING_CALLS_H_
