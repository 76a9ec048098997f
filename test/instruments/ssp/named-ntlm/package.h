// NTLM under another name, whose servers can say who logged on.
//
// Wine's NTLM cannot, and a test that logs on two users at once must be able
// to see that neither is taken for the other. Where Wine's deviates from that
// of Windows otherwise, this package does not: the addon knows it by its name,
// and of this name it knows nothing.
#ifndef SECUR32_TEST_SSP_NAMED_NTLM_PACKAGE_H_
#define SECUR32_TEST_SSP_NAMED_NTLM_PACKAGE_H_

#include "sspi/windows_sspi.h"

namespace secur32::named_ntlm {

// The functions that Secur32.dll calls.
SecurityFunctionTableW* FunctionTable();

}  // namespace secur32::named_ntlm

#endif  // SECUR32_TEST_SSP_NAMED_NTLM_PACKAGE_H_
