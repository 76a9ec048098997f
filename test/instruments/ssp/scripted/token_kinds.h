#ifndef SECUR32_TEST_SSP_SCRIPTED_TOKEN_KINDS_H_
#define SECUR32_TEST_SSP_SCRIPTED_TOKEN_KINDS_H_

#include "scripted/answer.h"

namespace secur32::scripted {

// A new impersonation token; NULL if the system cannot make it.
HANDLE MakeToken(TokenKind kind);

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_TOKEN_KINDS_H_
