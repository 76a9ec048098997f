// The real NTLM.
#ifndef SECUR32_TEST_SSP_NAMED_NTLM_NTLM_H_
#define SECUR32_TEST_SSP_NAMED_NTLM_NTLM_H_

#include "sspi/windows_sspi.h"

namespace secur32::named_ntlm {

inline constexpr wchar_t kNtlm[] = L"NTLM";

// The largest token of Windows' NTLM; Wine's are smaller.
inline constexpr ULONG kMaxToken = 2888;

// The functions of Secur32.dll. Not while it loads this package, because it is
// half initialized then.
const SecurityFunctionTableW& Secur32();

}  // namespace secur32::named_ntlm

#endif  // SECUR32_TEST_SSP_NAMED_NTLM_NTLM_H_
