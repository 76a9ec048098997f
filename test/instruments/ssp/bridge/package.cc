// The table of the bridge's packages, in place of the scripted one's: their
// ledger, their heap and their names are the same code.
#include "scripted/package.h"

#include "bridge/functions.h"
#include "scripted/heap.h"
#include "scripted/names.h"

namespace secur32::scripted {

// Those of Wine's own cannot be had: Secur32.dll has them first.
const wchar_t* const kPackageNames[kPackages] = {L"MitNegotiate", L"MitKerberos", L"MitNTLM"};

namespace {

constexpr USHORT kNoRpcId = 0xffff;
// As those of Windows.
constexpr ULONG kMaxTokens[kPackages] = {48256, 48000, 2888};
constexpr ULONG kCapabilities = SECPKG_FLAG_INTEGRITY | SECPKG_FLAG_PRIVACY |
                                SECPKG_FLAG_CONNECTION | SECPKG_FLAG_MULTI_REQUIRED |
                                SECPKG_FLAG_IMPERSONATION | SECPKG_FLAG_GSS_COMPATIBLE;

SECURITY_STATUS SEC_ENTRY FreeBuffer(void* memory) {
  if (!FreeByCaller(memory)) HeapFree(GetProcessHeap(), 0, memory);
  return SEC_E_OK;
}

void Describe(uint32_t index, SecPkgInfoW* package) {
  package->fCapabilities = kCapabilities;
  package->wVersion = 1;
  package->wRPCID = kNoRpcId;
  package->cbMaxToken = kMaxTokens[index];
  package->Name = const_cast<SEC_WCHAR*>(NameOfPackage(index));
  package->Comment = const_cast<SEC_WCHAR*>(L"the testbed's bridge to MIT Kerberos and Samba");
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
  table.AcquireCredentialsHandleW = bridge::AcquireCredentials;
  table.FreeCredentialsHandle = bridge::FreeCredentials;
  table.InitializeSecurityContextW = bridge::Initialize;
  table.AcceptSecurityContext = bridge::Accept;
  table.DeleteSecurityContext = bridge::Delete;
  table.QueryContextAttributesW = bridge::QueryAttributes;
  table.EncryptMessage = bridge::Encrypt;
  table.DecryptMessage = bridge::Decrypt;
  table.MakeSignature = bridge::Sign;
  table.VerifySignature = bridge::Verify;
  table.QuerySecurityContextToken = bridge::QueryToken;
  table.ImpersonateSecurityContext = bridge::Impersonate;
  table.RevertSecurityContext = bridge::Revert;
  table.FreeContextBuffer = FreeBuffer;
  return table;
}

}  // namespace

SecurityFunctionTableW* FunctionTable() {
  static SecurityFunctionTableW table = MakeTable();
  return &table;
}

}  // namespace secur32::scripted
