// The functions of Secur32.dll that this addon calls, resolved once.
#ifndef SECUR32_SSPI_SECUR32_API_H_
#define SECUR32_SSPI_SECUR32_API_H_

#include "sspi/windows_sspi.h"

namespace secur32 {

// Not in all headers.
using SetCredentialsAttributesFunction = SECURITY_STATUS(SEC_ENTRY*)(PCredHandle handle,
                                                                     ULONG attribute, void* buffer,
                                                                     ULONG size);

struct Secur32Api {
  ACQUIRE_CREDENTIALS_HANDLE_FN_W AcquireCredentialsHandleW;
  FREE_CREDENTIALS_HANDLE_FN FreeCredentialsHandle;
  INITIALIZE_SECURITY_CONTEXT_FN_W InitializeSecurityContextW;
  ACCEPT_SECURITY_CONTEXT_FN AcceptSecurityContext;
  COMPLETE_AUTH_TOKEN_FN CompleteAuthToken;
  DELETE_SECURITY_CONTEXT_FN DeleteSecurityContext;
  FREE_CONTEXT_BUFFER_FN FreeContextBuffer;
  QUERY_CONTEXT_ATTRIBUTES_FN_W QueryContextAttributesW;
  ENUMERATE_SECURITY_PACKAGES_FN_W EnumerateSecurityPackagesW;
  QUERY_SECURITY_PACKAGE_INFO_FN_W QuerySecurityPackageInfoW;
  QUERY_CREDENTIALS_ATTRIBUTES_FN_W QueryCredentialsAttributesW;
  SET_CONTEXT_ATTRIBUTES_FN_W SetContextAttributesW;
  APPLY_CONTROL_TOKEN_FN ApplyControlToken;
  ENCRYPT_MESSAGE_FN EncryptMessage;
  DECRYPT_MESSAGE_FN DecryptMessage;
  MAKE_SIGNATURE_FN MakeSignature;
  VERIFY_SIGNATURE_FN VerifySignature;
  QUERY_SECURITY_CONTEXT_TOKEN_FN QuerySecurityContextToken;
  IMPERSONATE_SECURITY_CONTEXT_FN ImpersonateSecurityContext;
  REVERT_SECURITY_CONTEXT_FN RevertSecurityContext;
  EXPORT_SECURITY_CONTEXT_FN ExportSecurityContext;
  IMPORT_SECURITY_CONTEXT_FN_W ImportSecurityContextW;
  // nullptr where the system does not have it.
  SetCredentialsAttributesFunction SetCredentialsAttributesW;
  // Whether packages know SEC_CHANNEL_BINDINGS_EX, bindings with flags: where
  // SspiCli.dll has SspiSetChannelBindingFlags, which makes them. It is not
  // called: nobody says who frees what it makes, or what it was given.
  bool knows_channel_binding_flags;
};

// Loads Secur32.dll on the first call. Returns nullptr, here and ever after,
// if the library or one of the functions is missing; then LoadFailure() names
// what was missing.
const Secur32Api* LoadSecur32Api();
const char* LoadFailure();

// The loaded table. Only after LoadSecur32Api() has returned one.
const Secur32Api& Api();

}  // namespace secur32

#endif  // SECUR32_SSPI_SECUR32_API_H_
