// A leg of a logon, as Windows' NTLM does it, done by whatever NTLM is there.
#ifndef SECUR32_TEST_SSP_NAMED_NTLM_LEG_H_
#define SECUR32_TEST_SSP_NAMED_NTLM_LEG_H_

#include "named-ntlm/handles.h"
#include "sspi/windows_sspi.h"

namespace secur32::named_ntlm {

// When nothing says otherwise: never.
inline constexpr LONGLONG kNever = 0x7fffffffffffffff;

// The arguments of InitializeSecurityContext and AcceptSecurityContext.
struct LegArguments {
  Side side;
  CredHandle* credential;
  CtxtHandle* context;
  SEC_WCHAR* target_name;
  ULONG context_req;
  ULONG data_rep;
  SecBufferDesc* input;
  CtxtHandle* new_context;
  SecBufferDesc* output;
  ULONG* attributes;
  TimeStamp* expiry;
};

SECURITY_STATUS RunLeg(const LegArguments& leg);

}  // namespace secur32::named_ntlm

#endif  // SECUR32_TEST_SSP_NAMED_NTLM_LEG_H_
