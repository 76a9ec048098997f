#include "sspi/secur32_api.h"

#include "sspi/system_library.h"

namespace secur32 {
namespace {

// Immutable once the constructor has run; C++ runs it once even if several
// environments load the addon at the same time.
class LoadedApi {
 public:
  LoadedApi() {
    const HMODULE library = LoadFromSystem32(L"\\secur32.dll");
    if (library == nullptr) {
      failure_ = "secur32.dll";
      return;
    }
    Resolve(library, "AcquireCredentialsHandleW", &api_.AcquireCredentialsHandleW);
    Resolve(library, "FreeCredentialsHandle", &api_.FreeCredentialsHandle);
    Resolve(library, "InitializeSecurityContextW", &api_.InitializeSecurityContextW);
    Resolve(library, "AcceptSecurityContext", &api_.AcceptSecurityContext);
    Resolve(library, "CompleteAuthToken", &api_.CompleteAuthToken);
    Resolve(library, "DeleteSecurityContext", &api_.DeleteSecurityContext);
    Resolve(library, "FreeContextBuffer", &api_.FreeContextBuffer);
    Resolve(library, "QueryContextAttributesW", &api_.QueryContextAttributesW);
    Resolve(library, "EnumerateSecurityPackagesW", &api_.EnumerateSecurityPackagesW);
    Resolve(library, "QuerySecurityPackageInfoW", &api_.QuerySecurityPackageInfoW);
    Resolve(library, "QueryCredentialsAttributesW", &api_.QueryCredentialsAttributesW);
    Resolve(library, "SetContextAttributesW", &api_.SetContextAttributesW);
    Resolve(library, "ApplyControlToken", &api_.ApplyControlToken);
    Resolve(library, "EncryptMessage", &api_.EncryptMessage);
    Resolve(library, "DecryptMessage", &api_.DecryptMessage);
    Resolve(library, "MakeSignature", &api_.MakeSignature);
    Resolve(library, "VerifySignature", &api_.VerifySignature);
    Resolve(library, "QuerySecurityContextToken", &api_.QuerySecurityContextToken);
    Resolve(library, "ImpersonateSecurityContext", &api_.ImpersonateSecurityContext);
    Resolve(library, "RevertSecurityContext", &api_.RevertSecurityContext);
    Resolve(library, "ExportSecurityContext", &api_.ExportSecurityContext);
    Resolve(library, "ImportSecurityContextW", &api_.ImportSecurityContextW);
    // Newer than the rest, or not in Wine.
    api_.SetCredentialsAttributesW =
        FindFunction<SetCredentialsAttributesFunction>(library, "SetCredentialsAttributesW");
    const HMODULE sspicli = LoadFromSystem32(L"\\sspicli.dll");
    api_.knows_channel_binding_flags =
        sspicli != nullptr && GetProcAddress(sspicli, "SspiSetChannelBindingFlags") != nullptr;
  }

  const Secur32Api* api() const { return failure_ == nullptr ? &api_ : nullptr; }
  const char* failure() const { return failure_; }

 private:
  template <typename Function>
  void Resolve(HMODULE library, const char* name, Function* function) {
    *function = FindFunction<Function>(library, name);
    if (*function == nullptr && failure_ == nullptr) failure_ = name;
  }

  Secur32Api api_{};
  const char* failure_ = nullptr;
};

const LoadedApi& Loaded() {
  static const LoadedApi loaded;
  return loaded;
}

}  // namespace

const Secur32Api* LoadSecur32Api() { return Loaded().api(); }

const char* LoadFailure() { return Loaded().failure(); }

const Secur32Api& Api() { return *Loaded().api(); }

}  // namespace secur32
