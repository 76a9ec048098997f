// Secur32.dll as Wine has it: it finds the package, keeps it in the upper half
// of a handle, and hands the caller's own pointers through. The package is the
// scripted one by all of its names, and by the names of Wine's own, of which
// the core knows how they deviate.
#include <dlfcn.h>
#include <sspi.h>
#include <windows.h>

#include <cstring>

#include "scripted/package.h"
#include "support/certificates.h"
#include "support/own_memory.h"
#include "support/set_record.h"
#include "windows/modules.h"
#include "windows/old_system.h"

namespace {

constexpr wchar_t kSystemDirectory[] = L"C:\\windows\\system32";
constexpr wchar_t kSecur32[] = L"C:\\windows\\system32\\secur32.dll";
constexpr wchar_t kSspicli[] = L"C:\\windows\\system32\\sspicli.dll";
constexpr wchar_t kCrypt32[] = L"C:\\windows\\system32\\crypt32.dll";
constexpr wchar_t kNtdll[] = L"ntdll.dll";
constexpr wchar_t kAddon[] = L"secur32.node";

// SEC_E_SECPKG_NOT_FOUND
constexpr auto kPackageNotFound = static_cast<SECURITY_STATUS>(0x80090305);

const SecurityFunctionTableW& Table() { return *secur32::scripted::FunctionTable(); }

struct Package {
  const wchar_t* name;
};
constexpr Package kPackages[] = {{L"Scripted"}, {L"CREDSSP"},   {L"WDigest"}, {L"NTLM"},
                                 {L"Kerberos"}, {L"Negotiate"}, {L"Schannel"}};

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
  if (package == nullptr) return kPackageNotFound;
  const SECURITY_STATUS status = Table().QuerySecurityPackageInfoW(name, info);
  if (status == SEC_E_OK) (*info)->Name = const_cast<SEC_WCHAR*>(package->name);
  return status;
}

SECURITY_STATUS Acquire(SEC_WCHAR* principal, SEC_WCHAR* name, ULONG use, void* logon_id,
                        void* auth_data, SEC_GET_KEY_FN get_key, void* get_key_argument,
                        PCredHandle credential, TimeStamp* expiry) {
  const Package* const package = FindPackage(name);
  if (package == nullptr) return kPackageNotFound;
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

SECURITY_STATUS QueryCredentialsAttributes(PCredHandle credential, ULONG attribute, void* record) {
  if (!IsValid(credential)) return SEC_E_INVALID_HANDLE;
  return Table().QueryCredentialsAttributesW(credential, attribute, record);
}

SECURITY_STATUS SetAttributes(PCtxtHandle context, ULONG attribute, void* record, ULONG size) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  secur32::sanitize::KeepSetRecord(record, size);
  return Table().SetContextAttributesW(context, attribute, record, size);
}

// No package of Wine has it; here it takes everything.
SECURITY_STATUS SetCredentialsAttributes(PCredHandle credential, ULONG, void* record, ULONG size) {
  if (!IsValid(credential)) return SEC_E_INVALID_HANDLE;
  secur32::sanitize::KeepSetRecord(record, size);
  return SEC_E_OK;
}

SECURITY_STATUS ApplyControl(PCtxtHandle context, SecBufferDesc* input) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().ApplyControlToken(context, input);
}

SECURITY_STATUS Encrypt(PCtxtHandle context, ULONG qop, SecBufferDesc* message, ULONG sequence) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().EncryptMessage(context, qop, message, sequence);
}

SECURITY_STATUS Decrypt(PCtxtHandle context, SecBufferDesc* message, ULONG sequence, ULONG* qop) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().DecryptMessage(context, message, sequence, qop);
}

SECURITY_STATUS Sign(PCtxtHandle context, ULONG qop, SecBufferDesc* message, ULONG sequence) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().MakeSignature(context, qop, message, sequence);
}

SECURITY_STATUS Verify(PCtxtHandle context, SecBufferDesc* message, ULONG sequence, ULONG* qop) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().VerifySignature(context, message, sequence, qop);
}

SECURITY_STATUS QueryToken(PCtxtHandle context, HANDLE* token) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().QuerySecurityContextToken(context, token);
}

SECURITY_STATUS Impersonate(PCtxtHandle context) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().ImpersonateSecurityContext(context);
}

SECURITY_STATUS Revert(PCtxtHandle context) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().RevertSecurityContext(context);
}

SECURITY_STATUS Export(PCtxtHandle context, ULONG flags, SecBuffer* packed, void** token) {
  if (!IsValid(context)) return SEC_E_INVALID_HANDLE;
  return Table().ExportSecurityContext(context, flags, packed, token);
}

SECURITY_STATUS Import(SEC_WCHAR* name, SecBuffer* packed, void* token, PCtxtHandle context) {
  const Package* const package = FindPackage(name);
  if (package == nullptr) return kPackageNotFound;
  const SECURITY_STATUS status = Table().ImportSecurityContextW(name, packed, token, context);
  if (status >= 0) context->dwUpper = UpperHalf(package);
  return status;
}

SECURITY_STATUS FreeContextBuffer(void* memory) { return Table().FreeContextBuffer(memory); }

// Only looked up.
SECURITY_STATUS SetChannelBindingFlags(void*, ULONG) { return SEC_E_UNSUPPORTED_FUNCTION; }

const char* WineGetVersion() { return "10.0"; }

template <typename Function>
FARPROC Procedure(Function* function) {
  return reinterpret_cast<FARPROC>(function);
}

struct Symbol {
  const char* name;
  FARPROC function;
};

template <size_t count>
FARPROC Find(const Symbol (&exports)[count], const char* name) {
  for (const Symbol& entry : exports) {
    if (std::strcmp(entry.name, name) == 0) return entry.function;
  }
  return nullptr;
}

}  // namespace

struct Module {
  const wchar_t* name;
};
static Module secur32_dll{kSecur32};
static Module sspicli_dll{kSspicli};
static Module crypt32_dll{kCrypt32};
static Module ntdll_dll{kNtdll};
static bool of_old_system = false;

void secur32::sanitize::MakeSystemOld() { of_old_system = true; }

UINT GetSystemDirectoryW(wchar_t* path, UINT size) {
  if (size < sizeof(kSystemDirectory) / sizeof(wchar_t)) return 0;
  std::memcpy(path, kSystemDirectory, sizeof(kSystemDirectory));
  return sizeof(kSystemDirectory) / sizeof(wchar_t) - 1;
}

HMODULE LoadLibraryExW(const wchar_t* path, HANDLE file, DWORD flags) {
  const bool allowed = file == nullptr && flags == LOAD_LIBRARY_SEARCH_SYSTEM32;
  for (Module* const module : {&secur32_dll, &sspicli_dll, &crypt32_dll}) {
    if (allowed && IsSame(path, module->name)) return module;
  }
  return nullptr;
}

HMODULE GetModuleHandleW(const wchar_t* name) {
  if (IsSame(name, kAddon)) return static_cast<HMODULE>(secur32::sanitize::PinnedModule());
  return IsSame(name, ntdll_dll.name) ? &ntdll_dll : nullptr;
}

FARPROC GetProcAddress(HMODULE module, const char* name) {
  using secur32::sanitize::FreeCertificate;
  using secur32::sanitize::NextCertificate;
  static const Symbol secur32_exports[] = {
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
      {"QueryCredentialsAttributesW", Procedure(QueryCredentialsAttributes)},
      {"SetContextAttributesW", Procedure(SetAttributes)},
      {"ApplyControlToken", Procedure(ApplyControl)},
      {"EncryptMessage", Procedure(Encrypt)},
      {"DecryptMessage", Procedure(Decrypt)},
      {"MakeSignature", Procedure(Sign)},
      {"VerifySignature", Procedure(Verify)},
      {"QuerySecurityContextToken", Procedure(QueryToken)},
      {"ImpersonateSecurityContext", Procedure(Impersonate)},
      {"RevertSecurityContext", Procedure(Revert)},
      {"ExportSecurityContext", Procedure(Export)},
      {"ImportSecurityContextW", Procedure(Import)},
  };
  static const Symbol newer_exports[] = {
      {"SetCredentialsAttributesW", Procedure(SetCredentialsAttributes)},
  };
  static const Symbol newer_sspicli_exports[] = {
      {"SspiSetChannelBindingFlags", Procedure(SetChannelBindingFlags)},
  };
  static const Symbol crypt32_exports[] = {
      {"CertFreeCertificateContext", Procedure(FreeCertificate)},
      {"CertEnumCertificatesInStore", Procedure(NextCertificate)},
  };
  static const Symbol ntdll_exports[] = {{"wine_get_version", Procedure(WineGetVersion)}};
  if (module == secur32::sanitize::PinnedModule()) {
    return reinterpret_cast<FARPROC>(dlsym(module, name));
  }
  if (module == &ntdll_dll) return Find(ntdll_exports, name);
  if (module == &crypt32_dll) return Find(crypt32_exports, name);
  if (module == &sspicli_dll) return of_old_system ? nullptr : Find(newer_sspicli_exports, name);
  const FARPROC newer = of_old_system ? nullptr : Find(newer_exports, name);
  return newer != nullptr ? newer : Find(secur32_exports, name);
}
