#include "scripted/package.h"

#include "scripted/functions.h"
#include "scripted/heap.h"
#include "scripted/names.h"

namespace secur32::scripted {

// The last two are packages of Windows that Wine lacks.
const wchar_t* const kPackageNames[kPackages] = {L"Scripted", L"CREDSSP", L"WDigest"};

namespace {

// SECPKG_ID_NONE
constexpr USHORT kNoRpcId = 0xffff;

SECURITY_STATUS SEC_ENTRY FreeBuffer(void* memory) {
  if (!FreeByCaller(memory)) HeapFree(GetProcessHeap(), 0, memory);
  return SEC_E_OK;
}

void Describe(uint32_t index, SecPkgInfoW* package) {
  package->fCapabilities = SECPKG_FLAG_CONNECTION | SECPKG_FLAG_MULTI_REQUIRED;
  package->wVersion = 1;
  package->wRPCID = kNoRpcId;
  package->cbMaxToken = kMaxToken;
  package->Name = const_cast<SEC_WCHAR*>(NameOfPackage(index));
  package->Comment = const_cast<SEC_WCHAR*>(L"does what a test says");
}

// The names are not in the same block as on Windows, but live as long.
SECURITY_STATUS SEC_ENTRY Enumerate(ULONG* count, SecPkgInfoW** packages) {
  auto* const list = static_cast<SecPkgInfoW*>(
      HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, kPackages * sizeof(SecPkgInfoW)));
  if (list == nullptr) return SEC_E_INSUFFICIENT_MEMORY;
  for (uint32_t i = 0; i < kPackages; ++i) Describe(i, &list[i]);
  *count = kPackages;
  *packages = list;
  return SEC_E_OK;
}

SECURITY_STATUS SEC_ENTRY QueryPackage(SEC_WCHAR* name, SecPkgInfoW** package) {
  auto* const info =
      static_cast<SecPkgInfoW*>(HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(SecPkgInfoW)));
  if (info == nullptr) return SEC_E_INSUFFICIENT_MEMORY;
  Describe(PackageOf(name), info);
  *package = info;
  return SEC_E_OK;
}

SecurityFunctionTableW MakeTable() {
  SecurityFunctionTableW table{};
  // From version 2 on all of the table is read.
  table.dwVersion = 2;
  table.EnumerateSecurityPackagesW = Enumerate;
  table.QuerySecurityPackageInfoW = QueryPackage;
  table.AcquireCredentialsHandleW = AcquireCredentials;
  table.FreeCredentialsHandle = FreeCredentials;
  table.QueryCredentialsAttributesW = QueryCredentialsAttributes;
  table.InitializeSecurityContextW = Initialize;
  table.AcceptSecurityContext = Accept;
  table.CompleteAuthToken = Complete;
  table.DeleteSecurityContext = Delete;
  table.QueryContextAttributesW = QueryAttributes;
  table.SetContextAttributesW = SetAttributes;
  table.ApplyControlToken = ApplyControl;
  table.EncryptMessage = Encrypt;
  table.DecryptMessage = Decrypt;
  table.MakeSignature = Sign;
  table.VerifySignature = Verify;
  table.QuerySecurityContextToken = QueryToken;
  table.ImpersonateSecurityContext = Impersonate;
  table.RevertSecurityContext = Revert;
  table.ExportSecurityContext = Export;
  table.ImportSecurityContextW = Import;
  table.FreeContextBuffer = FreeBuffer;
  return table;
}

}  // namespace

SecurityFunctionTableW* FunctionTable() {
  static SecurityFunctionTableW table = MakeTable();
  return &table;
}

}  // namespace secur32::scripted
