#include "binding/arguments.h"
#include "binding/calls.h"
#include "sspi/secur32_api.h"

namespace secur32 {

// (bindings, flags) -> [status]; changes the bindings in place.
napi_value SetChannelBindingFlagsCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  ByteView bindings;
  uint32_t flags = 0;
  if (!ReadArguments(env, info, arguments) || !ReadBytes(env, arguments[0], &bindings) ||
      !ReadUint32(env, arguments[1], &flags)) {
    return Refuse(env, Refusal::kBadArgument);
  }
  const auto set_flags = Api().SspiSetChannelBindingFlags;
  const SECURITY_STATUS status = set_flags == nullptr
                                     ? SEC_E_UNSUPPORTED_FUNCTION
                                     : set_flags(const_cast<uint8_t*>(bindings.data), flags);
  Tuple tuple(env, 1);
  tuple.AddNumber(static_cast<uint32_t>(status));
  return tuple.value();
}

}  // namespace secur32
