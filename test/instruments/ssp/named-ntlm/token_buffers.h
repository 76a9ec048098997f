// Tokens in the caller's buffers, which stand anywhere among others.
#ifndef SECUR32_TEST_SSP_NAMED_NTLM_TOKEN_BUFFERS_H_
#define SECUR32_TEST_SSP_NAMED_NTLM_TOKEN_BUFFERS_H_

#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

namespace secur32::named_ntlm {

// The first buffer of a type, whatever its attributes; NULL if there is none.
SecBuffer* FindBuffer(const SecBufferDesc* buffers, ULONG type);

// A copy of the token, which stays the same while NTLM reads it and afterwards.
// SEC_E_OK without a copy if there is no token, or an empty one.
SECURITY_STATUS TakeToken(const SecBufferDesc* input, ZeroedBuffer* token);

// Hands a token to the caller: in memory of its own, or in memory that
// FreeContextBuffer frees.
SECURITY_STATUS GiveToken(const SecBuffer& token, bool allocate, SecBufferDesc* output);

// What a call that failed leaves.
void GiveNothing(bool allocate, SecBufferDesc* output);

}  // namespace secur32::named_ntlm

#endif  // SECUR32_TEST_SSP_NAMED_NTLM_TOKEN_BUFFERS_H_
