#include "named-ntlm/package.h"

#include <cstring>
#include <memory>

#include "named-ntlm/handles.h"
#include "named-ntlm/leg.h"
#include "named-ntlm/ntlm.h"

namespace secur32::named_ntlm {
namespace {

// SECPKG_ID_NONE
constexpr USHORT kNoRpcId = 0xffff;
// SEC_WINNT_AUTH_IDENTITY_VERSION_2
constexpr ULONG kSecondIdentityVersion = 0x201;

// Of the newer kinds, which begin with a version. Wine's NTLM would take that
// for the address of a name.
bool IsVersionedIdentity(const void* auth_data) {
  if (auth_data == nullptr) return false;
  ULONG version = 0;
  std::memcpy(&version, auth_data, sizeof(version));
  return version == SEC_WINNT_AUTH_IDENTITY_VERSION || version == kSecondIdentityVersion;
}

SECURITY_STATUS SEC_ENTRY AcquireCredentials(SEC_WCHAR* principal, SEC_WCHAR*, ULONG credential_use,
                                             void* logon_id, void* auth_data,
                                             SEC_GET_KEY_FN get_key, void* get_key_argument,
                                             CredHandle* handle, TimeStamp* expiry) {
  if (handle == nullptr) return SEC_E_INVALID_HANDLE;
  if (IsVersionedIdentity(auth_data)) return SEC_E_UNSUPPORTED_FUNCTION;
  CredHandle real{};
  TimeStamp real_expiry{};
  const SECURITY_STATUS status = Secur32().AcquireCredentialsHandleW(
      principal, const_cast<SEC_WCHAR*>(kNtlm), credential_use, logon_id, auth_data, get_key,
      get_key_argument, &real, &real_expiry);
  if (status < 0) return status;
  handle->dwLower = Credentials().Add(std::make_shared<Credential>(real));
  if (expiry != nullptr) {
    expiry->QuadPart = real_expiry.QuadPart == 0 ? kNever : real_expiry.QuadPart;
  }
  return status;
}

SECURITY_STATUS SEC_ENTRY FreeCredentials(CredHandle* handle) {
  return Credentials().Remove(handle) == nullptr ? SEC_E_INVALID_HANDLE : SEC_E_OK;
}

SECURITY_STATUS SEC_ENTRY Initialize(CredHandle* credential, CtxtHandle* context,
                                     SEC_WCHAR* target_name, ULONG context_req, ULONG,
                                     ULONG data_rep, SecBufferDesc* input, ULONG,
                                     CtxtHandle* new_context, SecBufferDesc* output,
                                     ULONG* attributes, TimeStamp* expiry) {
  return RunLeg({Side::kClient, credential, context, target_name, context_req, data_rep, input,
                 new_context, output, attributes, expiry});
}

SECURITY_STATUS SEC_ENTRY Accept(CredHandle* credential, CtxtHandle* context, SecBufferDesc* input,
                                 ULONG context_req, ULONG data_rep, CtxtHandle* new_context,
                                 SecBufferDesc* output, ULONG* attributes, TimeStamp* expiry) {
  return RunLeg({Side::kServer, credential, context, nullptr, context_req, data_rep, input,
                 new_context, output, attributes, expiry});
}

SECURITY_STATUS SEC_ENTRY Delete(CtxtHandle* handle) {
  return Contexts().Remove(handle) == nullptr ? SEC_E_INVALID_HANDLE : SEC_E_OK;
}

// NTLM has no such step, and says so.
SECURITY_STATUS SEC_ENTRY Complete(CtxtHandle* handle, SecBufferDesc* token) {
  const std::shared_ptr<Context> context = Contexts().Find(handle);
  if (context == nullptr) return SEC_E_INVALID_HANDLE;
  const Lock::Guard guard(&context->lock);
  return Secur32().CompleteAuthToken(&context->real, token);
}

// Calls with the context of a logon that succeeded. There is none to ask or to
// use in the middle of a handshake, nor after a failure.
template <typename Function>
SECURITY_STATUS WithEstablished(const CtxtHandle* handle, Function function) {
  const std::shared_ptr<Context> context = Contexts().Find(handle);
  if (context == nullptr) return SEC_E_INVALID_HANDLE;
  const Lock::Guard guard(&context->lock);
  return context->state == State::kEstablished ? function(context.get()) : SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS CopyClientName(const ZeroedText& name, SecPkgContext_NamesW* names) {
  if (!name.present()) return SEC_E_UNSUPPORTED_FUNCTION;
  const size_t size = (name.length() + 1) * sizeof(wchar_t);
  void* const copy = HeapAlloc(GetProcessHeap(), 0, size);
  if (copy == nullptr) return SEC_E_INSUFFICIENT_MEMORY;
  std::memcpy(copy, name.get(), size);
  names->sUserName = static_cast<SEC_WCHAR*>(copy);
  return SEC_E_OK;
}

SECURITY_STATUS SEC_ENTRY QueryAttributes(CtxtHandle* handle, ULONG attribute, void* record) {
  return WithEstablished(handle, [=](Context* context) {
    if (attribute == SECPKG_ATTR_NAMES && context->side == Side::kServer) {
      return CopyClientName(context->client_name, static_cast<SecPkgContext_NamesW*>(record));
    }
    if (attribute == SECPKG_ATTR_FLAGS) {
      static_cast<SecPkgContext_Flags*>(record)->Flags = context->attributes;
      return SEC_E_OK;
    }
    return Secur32().QueryContextAttributesW(&context->real, attribute, record);
  });
}

SECURITY_STATUS SEC_ENTRY Encrypt(CtxtHandle* handle, ULONG protection, SecBufferDesc* message,
                                  ULONG number) {
  return WithEstablished(handle, [=](Context* context) {
    return Secur32().EncryptMessage(&context->real, protection, message, number);
  });
}

SECURITY_STATUS SEC_ENTRY Decrypt(CtxtHandle* handle, SecBufferDesc* message, ULONG number,
                                  ULONG* protection) {
  return WithEstablished(handle, [=](Context* context) {
    return Secur32().DecryptMessage(&context->real, message, number, protection);
  });
}

SECURITY_STATUS SEC_ENTRY Sign(CtxtHandle* handle, ULONG protection, SecBufferDesc* message,
                               ULONG number) {
  return WithEstablished(handle, [=](Context* context) {
    return Secur32().MakeSignature(&context->real, protection, message, number);
  });
}

SECURITY_STATUS SEC_ENTRY Verify(CtxtHandle* handle, SecBufferDesc* message, ULONG number,
                                 ULONG* protection) {
  return WithEstablished(handle, [=](Context* context) {
    return Secur32().VerifySignature(&context->real, message, number, protection);
  });
}

SECURITY_STATUS SEC_ENTRY FreeBuffer(void* memory) {
  HeapFree(GetProcessHeap(), 0, memory);
  return SEC_E_OK;
}

// The text is not in the same block as on Windows, but lives as long.
SECURITY_STATUS DescribePackage(SecPkgInfoW** package) {
  auto* const info =
      static_cast<SecPkgInfoW*>(HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(SecPkgInfoW)));
  if (info == nullptr) return SEC_E_INSUFFICIENT_MEMORY;
  info->fCapabilities = SECPKG_FLAG_INTEGRITY | SECPKG_FLAG_PRIVACY | SECPKG_FLAG_TOKEN_ONLY |
                        SECPKG_FLAG_MULTI_REQUIRED | SECPKG_FLAG_CONNECTION;
  info->wVersion = 1;
  info->wRPCID = kNoRpcId;
  info->cbMaxToken = kMaxToken;
  info->Name = const_cast<SEC_WCHAR*>(L"NamedNTLM");
  info->Comment = const_cast<SEC_WCHAR*>(L"NTLM whose servers say who logged on");
  *package = info;
  return SEC_E_OK;
}

SECURITY_STATUS SEC_ENTRY Enumerate(ULONG* count, SecPkgInfoW** packages) {
  *count = 1;
  return DescribePackage(packages);
}

SECURITY_STATUS SEC_ENTRY QueryPackage(SEC_WCHAR*, SecPkgInfoW** package) {
  return DescribePackage(package);
}

SecurityFunctionTableW MakeTable() {
  SecurityFunctionTableW table{};
  // From version 2 on all of the table is read.
  table.dwVersion = 2;
  table.EnumerateSecurityPackagesW = Enumerate;
  table.QuerySecurityPackageInfoW = QueryPackage;
  table.AcquireCredentialsHandleW = AcquireCredentials;
  table.FreeCredentialsHandle = FreeCredentials;
  table.InitializeSecurityContextW = Initialize;
  table.AcceptSecurityContext = Accept;
  table.CompleteAuthToken = Complete;
  table.DeleteSecurityContext = Delete;
  table.QueryContextAttributesW = QueryAttributes;
  table.EncryptMessage = Encrypt;
  table.DecryptMessage = Decrypt;
  table.MakeSignature = Sign;
  table.VerifySignature = Verify;
  table.FreeContextBuffer = FreeBuffer;
  return table;
}

}  // namespace

SecurityFunctionTableW* FunctionTable() {
  static SecurityFunctionTableW table = MakeTable();
  return &table;
}

}  // namespace secur32::named_ntlm
