// Secur32.dll as Wine has it: it finds the package, keeps it in the upper half
// of a handle, and hands the caller's own pointers through. The package is the
// scripted one by all of its names, and by the names of Wine's own, of which
// the core knows how they deviate.
#include <sspi.h>
#include <windows.h>

#include <cstring>

#include "scripted/package.h"
#include "support/own_memory.h"

namespace {

constexpr wchar_t kSystemDirectory[] = L"C:\\windows\\system32";
constexpr wchar_t kSecur32[] = L"C:\\windows\\system32\\secur32.dll";
constexpr wchar_t kNtdll[] = L"ntdll.dll";

const SecurityFunctionTableW& Table() { return *secur32::scripted::FunctionTable(); }

struct Package {
  const wchar_t* name;
};
constexpr Package kPackages[] = {{L"Scripted"}, {L"CREDSSP"},  {L"WDigest"},
                                 {L"NTLM"},     {L"Kerberos"}, {L"Negotiate"}};

bool IsSame(const wchar_t* one, const wchar_t* other) {
  return CompareStringOrdinal(one, -1, other, -1, TRUE) == CSTR_EQUAL;
}

const Package* FindPackage(const wchar_t* name) {
  for (const Package& package : kPackages) {
    if (IsSame(package.name, name)) return &package;
  }
  return nullptr;
}

ULONG_PTR UpperHalf(const Package* package) { return reinterpret_cast<ULONG_PTR>(package); }

// Of no package: Wine would follow the pointer.
bool IsValid(const SecHandle* handle) {
  for (const Package& package : kPackages) {
    if (handle != nullptr && handle->dwUpper == UpperHalf(&package)) return true;
  }
  return false;
}

// The only statuses after which it completes a new handle.
bool CompletesHandle(SECURITY_STATUS status) {
  return status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED;
}

SECURITY_STATUS Enumerate(ULONG* count, SecPkgInfoW** packages) {
  return Table().EnumerateSecurityPackagesW(count, packages);
}

SECURITY_STATUS QueryPackage(SEC_WCHAR* name, SecPkgInfoW** info) {
  const Package* const package = FindPackage(name);
  if (package == nullptr)
    return static_cast<SECURITY_STATUS>(0x80090305);  // SEC_E_SECPKG_NOT_FOUND
  const SECURITY_STATUS status = Table().QuerySecurityPackageInfoW(name, info);
  if (status == SEC_E_OK) (*info)->Name = const_cast<SEC_WCHAR*>(package->name);
  return status;
}

SECURITY_STATUS Acquire(SEC_WCHAR* principal, SEC_WCHAR* name, ULONG use, void* logon_id,
                        void* auth_data, SEC_GET_KEY_FN get_key, void* get_key_argument,
                        PCredHandle credential, TimeStamp* expiry) {
  const Package* const package = FindPackage(name);
  if (package == nullptr) return static_cast<SECURITY_STATUS>(0x80090305);
  const SECURITY_STATUS status = Table().AcquireCredentialsHandleW(
      principal, name, use, logon_id, auth_data, get_key, get_key_argument, credential, expiry);
  if (status == SEC_E_OK) credential->dwUpper = UpperHalf(package);
  return status;
}

SECURITY_STATUS FreeCredentials(PCredHandle credential) {
  if (!IsValid(credential)) return SEC_E_INVALID_HANDLE;
  return Table().FreeCredentialsHandle(credential);
}

SECURITY_STATUS Initialize(PCredHandle credential, PCtxtHandle context, SEC_WCHAR* target_name,
                           ULONG context_req, ULONG reserved1, ULONG data_rep, SecBufferDesc* input,
                           ULONG reserved2, PCtxtHandle new_context, SecBufferDesc* output,
                           ULONG* attributes, TimeStamp* expiry) {
  const SecHandle* const handle = context != nullptr ? context : credential;
  if (!IsValid(handle)) return SEC_E_INVALID_HANDLE;
  const ULONG_PTR package = handle->dwUpper;
  const SECURITY_STATUS status = Table().InitializeSecurityContextW(
      credential, context, target_name, context_req, reserved1, data_rep, input, reserved2,
      new_context, output, attributes, expiry);
  secur32::sanitize::ApplyOwnMemory(output, input);
  if (CompletesHandle(status)) new_context->dwUpper = package;
  return status;
}

SECURITY_STATUS Accept(PCredHandle credential, PCtxtHandle context, SecBufferDesc* input,
                       ULONG context_req, ULONG data_rep, PCtxtHandle new_context,
                       SecBufferDesc* output, ULONG* attributes, TimeStamp* expiry) {
  if (!IsValid(credential)) return SEC_E_INVALID_HANDLE;
  const ULONG_PTR package = credential->dwUpper;
  const SECURITY_STATUS status = Table().AcceptSecurityContext(
      credential, context, input, context_req, data_rep, new_context, output, attributes, expiry);
  secur32::sanitize::ApplyOwnMemory(output, input);
  if (CompletesHandle(status)) new_context->dwUpper = package;
  return status;
}

SECURITY_STATUS Complete(PCtxtHandle context, SecBufferDesc* token) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().CompleteAuthToken(context, token);
}

SECURITY_STATUS Delete(PCtxtHandle context) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().DeleteSecurityContext(context);
}

SECURITY_STATUS QueryAttributes(PCtxtHandle context, ULONG attribute, void* record) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().QueryContextAttributesW(context, attribute, record);
}

SECURITY_STATUS FreeContextBuffer(void* memory) { return Table().FreeContextBuffer(memory); }

const char* WineGetVersion() { return "10.0"; }

template <typename Function>
FARPROC Procedure(Function* function) {
  return reinterpret_cast<FARPROC>(function);
}

struct Export {
  const char* name;
  FARPROC function;
};

template <size_t count>
FARPROC Find(const Export (&exports)[count], const char* name) {
  for (const Export& entry : exports) {
    if (std::strcmp(entry.name, name) == 0) return entry.function;
  }
  return nullptr;
}

}  // namespace

struct Module {
  const wchar_t* name;
};
static Module secur32_dll{kSecur32};
static Module ntdll_dll{kNtdll};

UINT GetSystemDirectoryW(wchar_t* path, UINT size) {
  if (size < sizeof(kSystemDirectory) / sizeof(wchar_t)) return 0;
  std::memcpy(path, kSystemDirectory, sizeof(kSystemDirectory));
  return sizeof(kSystemDirectory) / sizeof(wchar_t) - 1;
}

HMODULE LoadLibraryExW(const wchar_t* path, HANDLE file, DWORD flags) {
  const bool allowed = file == nullptr && flags == LOAD_LIBRARY_SEARCH_SYSTEM32;
  return allowed && IsSame(path, secur32_dll.name) ? &secur32_dll : nullptr;
}

HMODULE GetModuleHandleW(const wchar_t* name) {
  return IsSame(name, ntdll_dll.name) ? &ntdll_dll : nullptr;
}

FARPROC GetProcAddress(HMODULE module, const char* name) {
  static const Export secur32_exports[] = {
      {"EnumerateSecurityPackagesW", Procedure(Enumerate)},
      {"QuerySecurityPackageInfoW", Procedure(QueryPackage)},
      {"AcquireCredentialsHandleW", Procedure(Acquire)},
      {"FreeCredentialsHandle", Procedure(FreeCredentials)},
      {"InitializeSecurityContextW", Procedure(Initialize)},
      {"AcceptSecurityContext", Procedure(Accept)},
      {"CompleteAuthToken", Procedure(Complete)},
      {"DeleteSecurityContext", Procedure(Delete)},
      {"QueryContextAttributesW", Procedure(QueryAttributes)},
      {"FreeContextBuffer", Procedure(FreeContextBuffer)},
  };
  static const Export ntdll_exports[] = {{"wine_get_version", Procedure(WineGetVersion)}};
  return module == &ntdll_dll ? Find(ntdll_exports, name) : Find(secur32_exports, name);
}
