// ApplyControlToken.
#ifndef SECUR32_SSPI_CONTROL_TOKEN_H_
#define SECUR32_SSPI_CONTROL_TOKEN_H_

#include "sspi/handles.h"
#include "sspi/sec_buffers.h"

namespace secur32 {

// Whoever calls has entered the context.
SECURITY_STATUS RunControlToken(Context* context, InputBuffers* input);

}  // namespace secur32

#endif  // SECUR32_SSPI_CONTROL_TOKEN_H_
