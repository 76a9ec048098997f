#ifndef SECUR32_BINDING_INPUT_VALUES_H_
#define SECUR32_BINDING_INPUT_VALUES_H_

#include <napi.h>

#include <cstdint>

#include "binding/refusal.h"
#include "sspi/sec_buffers.h"

namespace secur32 {

// The bytes of a JavaScript array of Uint8Array or undefined, copied, with the
// types that `types` gives them.
bool ReadInput(napi_env env, napi_value array, const uint32_t* types, uint32_t count,
               InputBuffers* input, Refusal* refusal);

}  // namespace secur32

#endif  // SECUR32_BINDING_INPUT_VALUES_H_
