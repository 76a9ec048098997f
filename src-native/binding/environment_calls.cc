#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/executor.h"
#include "sspi/live_counts.h"
#include "sspi/provider.h"

namespace secur32 {

// [credentials, contexts, contextBuffers, tokens]
napi_value LiveCountsCall(napi_env env, napi_callback_info) {
  Tuple tuple(env, 4);
  tuple.AddNumber(static_cast<uint32_t>(live_counts.credentials.load()));
  tuple.AddNumber(static_cast<uint32_t>(live_counts.contexts.load()));
  tuple.AddNumber(static_cast<uint32_t>(live_counts.context_buffers.load()));
  tuple.AddNumber(static_cast<uint32_t>(live_counts.tokens.load()));
  return tuple.value();
}

napi_value WineVersionCall(napi_env env, napi_callback_info) {
  Tuple tuple(env, 1);
  tuple.AddAsciiText(WineVersion());
  return tuple.value();
}

// (limit)
napi_value SetThreadLimitCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  uint32_t limit = 0;
  if (!ReadArguments(env, info, arguments) || !ReadUint32(env, arguments[0], &limit) ||
      limit == 0) {
    return Refuse(env, Refusal::kBadArgument);
  }
  Executor* const executor = Executor::Of(env);
  if (executor != nullptr) executor->scheduler()->SetLimit(limit);
  return UndefinedValue(env);
}

}  // namespace secur32
