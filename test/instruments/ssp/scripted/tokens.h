// Access tokens: those that the package hands out, and what it impersonates with.
#ifndef SECUR32_TEST_SSP_SCRIPTED_TOKENS_H_
#define SECUR32_TEST_SSP_SCRIPTED_TOKENS_H_

#include <cstdint>

#include "scripted/answer.h"

namespace secur32::scripted {

// For the caller, who closes it. NULL for kNull; otherwise a violation if the
// system cannot make it.
HANDLE GiveToken(TokenKind kind);

// One that another package made, to be counted with these.
void RememberGiven(HANDLE token);

// How many of those are not closed.
uint32_t CountOpenTokens();

bool IsToken(HANDLE handle);

// The calling thread takes over such a token, or stops.
void ImpersonateWith(TokenKind kind);
// Closes the token.
void ImpersonateWith(HANDLE token);
void StopImpersonating();
bool ThreadIsImpersonating();

// How many threads still have a token that the package gave them.
uint32_t CountImpersonatingThreads();

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_TOKENS_H_
