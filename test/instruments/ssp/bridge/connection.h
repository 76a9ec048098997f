#ifndef SECUR32_TEST_SSP_BRIDGE_CONNECTION_H_
#define SECUR32_TEST_SSP_BRIDGE_CONNECTION_H_

#include "bridge/wire.h"

namespace secur32::bridge {

// Has the program on Linux do it, over the one connection of this process;
// several threads may call at once. Where it does not answer, which is said on
// stderr, SEC_E_INTERNAL_ERROR.
Answer Call(const Request& request);

}  // namespace secur32::bridge

#endif  // SECUR32_TEST_SSP_BRIDGE_CONNECTION_H_
