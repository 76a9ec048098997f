// The functions of the table of the bridge's packages, by the files that they
// are in.
#ifndef SECUR32_TEST_SSP_BRIDGE_FUNCTIONS_H_
#define SECUR32_TEST_SSP_BRIDGE_FUNCTIONS_H_

#include "sspi/windows_sspi.h"

namespace secur32::bridge {

// credential_calls.cc
SECURITY_STATUS SEC_ENTRY AcquireCredentials(SEC_WCHAR* principal, SEC_WCHAR* package,
                                             ULONG credential_use, void* logon_id, void* auth_data,
                                             SEC_GET_KEY_FN get_key, void* get_key_argument,
                                             CredHandle* handle, TimeStamp* expiry);
SECURITY_STATUS SEC_ENTRY FreeCredentials(CredHandle* handle);

// leg_calls.cc
SECURITY_STATUS SEC_ENTRY Initialize(CredHandle* credential, CtxtHandle* context,
                                     SEC_WCHAR* target_name, ULONG context_req, ULONG reserved1,
                                     ULONG data_rep, SecBufferDesc* input, ULONG reserved2,
                                     CtxtHandle* new_context, SecBufferDesc* output,
                                     ULONG* attributes, TimeStamp* expiry);
SECURITY_STATUS SEC_ENTRY Accept(CredHandle* credential, CtxtHandle* context, SecBufferDesc* input,
                                 ULONG context_req, ULONG data_rep, CtxtHandle* new_context,
                                 SecBufferDesc* output, ULONG* attributes, TimeStamp* expiry);
SECURITY_STATUS SEC_ENTRY Delete(CtxtHandle* context);

// attribute_calls.cc
SECURITY_STATUS SEC_ENTRY QueryAttributes(CtxtHandle* context, ULONG attribute, void* record);

// message_calls.cc
SECURITY_STATUS SEC_ENTRY Encrypt(CtxtHandle* context, ULONG protection, SecBufferDesc* message,
                                  ULONG sequence);
SECURITY_STATUS SEC_ENTRY Decrypt(CtxtHandle* context, SecBufferDesc* message, ULONG sequence,
                                  ULONG* protection);
SECURITY_STATUS SEC_ENTRY Sign(CtxtHandle* context, ULONG protection, SecBufferDesc* message,
                               ULONG sequence);
SECURITY_STATUS SEC_ENTRY Verify(CtxtHandle* context, SecBufferDesc* message, ULONG sequence,
                                 ULONG* protection);

// token_calls.cc
SECURITY_STATUS SEC_ENTRY QueryToken(CtxtHandle* context, HANDLE* token);
SECURITY_STATUS SEC_ENTRY Impersonate(CtxtHandle* context);
SECURITY_STATUS SEC_ENTRY Revert(CtxtHandle* context);

}  // namespace secur32::bridge

#endif  // SECUR32_TEST_SSP_BRIDGE_FUNCTIONS_H_
