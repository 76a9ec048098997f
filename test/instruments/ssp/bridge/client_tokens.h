// The tokens of clients: with their SIDs, and a logon of their own, by which the
// credentials are found that a client handed over.
#ifndef SECUR32_TEST_SSP_BRIDGE_CLIENT_TOKENS_H_
#define SECUR32_TEST_SSP_BRIDGE_CLIENT_TOKENS_H_

#include <cstdint>

#include "sspi/windows_sspi.h"

namespace secur32::bridge {

// Of the client of a context that the program on Linux has.
SECURITY_STATUS MakeClientToken(uint32_t remote_context, HANDLE* token);

// The context that such a token, or a copy of one, was made for; 0 for others.
uint32_t ClientOfToken(HANDLE token);

}  // namespace secur32::bridge

#endif  // SECUR32_TEST_SSP_BRIDGE_CLIENT_TOKENS_H_
