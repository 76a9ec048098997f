#include "binding/calls.h"
#include "sspi/live_counts.h"
#include "sspi/provider.h"

namespace secur32 {

// [credentials, contexts, contextBuffers]
napi_value LiveCountsCall(napi_env env, napi_callback_info) {
  Tuple tuple(env, 3);
  tuple.AddNumber(static_cast<uint32_t>(live_counts.credentials.load()));
  tuple.AddNumber(static_cast<uint32_t>(live_counts.contexts.load()));
  tuple.AddNumber(static_cast<uint32_t>(live_counts.context_buffers.load()));
  return tuple.value();
}

napi_value WineVersionCall(napi_env env, napi_callback_info) {
  Tuple tuple(env, 1);
  tuple.AddAsciiText(WineVersion());
  return tuple.value();
}

}  // namespace secur32
