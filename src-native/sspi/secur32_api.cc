#include "sspi/secur32_api.h"

#include <cstring>

#include "sspi/text.h"

namespace secur32 {
namespace {

// By its whole path: by its name alone a library would do that somebody loaded
// before, from wherever.
HMODULE LoadFromSystem32(const wchar_t* file) {
  wchar_t path[MAX_PATH];
  const UINT length = GetSystemDirectoryW(path, MAX_PATH);
  const size_t file_length = TextLength(file);
  if (length == 0 || length + file_length >= MAX_PATH) return nullptr;
  std::memcpy(path + length, file, (file_length + 1) * sizeof(wchar_t));
  return LoadLibraryExW(path, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
}

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
  }

  const Secur32Api* api() const { return failure_ == nullptr ? &api_ : nullptr; }
  const char* failure() const { return failure_; }

 private:
  template <typename Function>
  void Resolve(HMODULE library, const char* name, Function* function) {
    // By way of void*, as GetProcAddress's own type says nothing of the function.
    *function = reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(library, name)));
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
