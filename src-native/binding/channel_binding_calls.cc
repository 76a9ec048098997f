#include "binding/calls.h"
#include "sspi/secur32_api.h"

namespace secur32 {

// [1 or 0]
napi_value KnowsChannelBindingFlagsCall(napi_env env, napi_callback_info) {
  Tuple tuple(env, 1);
  tuple.AddNumber(Api().knows_channel_binding_flags ? 1 : 0);
  return tuple.value();
}

}  // namespace secur32
