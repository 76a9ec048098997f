#include "binding/input_values.h"

#include <cstring>

#include "binding/arguments.h"

namespace secur32 {

bool ReadInput(napi_env env, napi_value array, const uint32_t* types, uint32_t count,
               InputBuffers* input, Refusal* refusal) {
  *refusal = Refusal::kBadArgument;
  if (!IsArray(env, array)) return false;
  for (uint32_t i = 0; i < count; ++i) {
    napi_value element = nullptr;
    if (napi_get_element(env, array, i, &element) != napi_ok) return false;
    if (IsUndefined(env, element)) {
      if (!input->AddAbsent(types[i])) return false;
      continue;
    }
    ByteView bytes;
    if (!ReadBytes(env, element, &bytes)) return false;
    if (!input->Add(types[i], bytes.size)) {
      *refusal = Refusal::kNoMemory;
      return false;
    }
    if (bytes.size > 0) std::memcpy(input->bytes(i), bytes.data, bytes.size);
  }
  return true;
}

}  // namespace secur32
