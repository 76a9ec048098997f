// The addon's entry: pins the module, loads Secur32.dll, exports one flat
// table of functions. An environment's only state is its executor; a handle's
// state hangs on the handle.
#include <napi.h>

#include "binding/calls.h"
#include "binding/executor.h"
#include "binding/exports.h"
#include "binding/tuple.h"
#include "sspi/secur32_api.h"

namespace secur32 {
namespace {

// Node unloads an addon when the last environment that loaded it ends, but a
// handle may still be on its way back to SSPI on another thread then.
bool PinThisModule() {
  HMODULE module = nullptr;
  return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                            reinterpret_cast<LPCWSTR>(&PinThisModule), &module) != FALSE;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  if (!PinThisModule()) {
    exports["missing"] = Napi::String::New(env, "the pin of the addon's module");
    return exports;
  }
  if (LoadSecur32Api() == nullptr) {
    exports["missing"] = Napi::String::New(env, LoadFailure());
    return exports;
  }
  if (!Executor::Attach(env)) {
    exports["missing"] = Napi::String::New(env, "the memory for its threads");
    return exports;
  }
  constexpr Export kExports[] = {
      {"acquireCredentialsHandle", AcquireCredentialsHandleCall},
      {"closeCredential", CloseCredentialCall},
      {"initializeSecurityContext", InitializeSecurityContextCall},
      {"acceptSecurityContext", AcceptSecurityContextCall},
      {"completeAuthToken", CompleteAuthTokenCall},
      {"closeContext", CloseContextCall},
      {"queryContextAttributes", QueryContextAttributesCall},
      {"queryCredentialsAttributes", QueryCredentialsAttributesCall},
      {"setContextAttributes", SetContextAttributesCall},
      {"setCredentialsAttributes", SetCredentialsAttributesCall},
      {"encryptMessage", EncryptMessageCall},
      {"decryptMessage", DecryptMessageCall},
      {"makeSignature", MakeSignatureCall},
      {"verifySignature", VerifySignatureCall},
      {"applyControlToken", ApplyControlTokenCall},
      {"exportSecurityContext", ExportSecurityContextCall},
      {"importSecurityContext", ImportSecurityContextCall},
      {"querySecurityContextToken", QuerySecurityContextTokenCall},
      {"tokenInformation", TokenInformationCall},
      {"duplicateToken", DuplicateTokenCall},
      {"duplicateTokenInto", DuplicateTokenIntoCall},
      {"adoptToken", AdoptTokenCall},
      {"closeToken", CloseTokenCall},
      {"impersonate", ImpersonateCall},
      {"threadIsImpersonating", ThreadIsImpersonatingCall},
      {"lookupAccountSids", LookupAccountSidsCall},
      {"lookupAccountNames", LookupAccountNamesCall},
      {"knowsChannelBindingFlags", KnowsChannelBindingFlagsCall},
      {"enumerateSecurityPackages", EnumerateSecurityPackagesCall},
      {"querySecurityPackageInfo", QuerySecurityPackageInfoCall},
      {"liveCounts", LiveCountsCall},
      {"wineVersion", WineVersionCall},
      {"setThreadLimit", SetThreadLimitCall},
  };
  AddExports(env, exports, kExports);
  return exports;
}

}  // namespace
}  // namespace secur32

using secur32::Init;
NODE_API_MODULE(secur32, Init)
