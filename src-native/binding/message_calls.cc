#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/handle_value.h"
#include "binding/input_values.h"
#include "sspi/control_token.h"
#include "sspi/message.h"

namespace secur32 {
namespace {

// The memory of a JavaScript array of Uint8Array or undefined: not copied,
// because no JavaScript runs before the call is over.
bool ReadMessage(napi_env env, napi_value types_value, napi_value array, MessageBuffers* buffers) {
  WordView types;
  if (!IsArray(env, array) || !ReadWords(env, types_value, &types) || types.count == 0 ||
      types.count > kMaxSecBuffers) {
    return false;
  }
  for (uint32_t i = 0; i < types.count; ++i) {
    napi_value element = nullptr;
    ByteView bytes;
    if (napi_get_element(env, array, i, &element) != napi_ok) return false;
    if (!IsUndefined(env, element) && !ReadBytes(env, element, &bytes)) return false;
    if (!buffers->Add(types.data[i], const_cast<uint8_t*>(bytes.data), bytes.size)) return false;
  }
  return true;
}

// [status, qop, then type, source, offset and size of each buffer]
napi_value MessageValue(napi_env env, const Message& message) {
  const MessageBuffers& buffers = message.buffers;
  Tuple tuple(env, 2 + 4 * size_t{buffers.count()});
  tuple.AddNumber(static_cast<uint32_t>(message.status));
  tuple.AddNumber(message.qop);
  for (uint32_t i = 0; i < buffers.count(); ++i) {
    tuple.AddNumber(buffers.type(i));
    tuple.AddNumber(buffers.source(i));
    tuple.AddNumber(buffers.offset(i));
    tuple.AddNumber(buffers.size(i));
  }
  return tuple.value();
}

// (context, qop, sequence, types, buffers); the qop counts where a message is made.
napi_value RunMessageCall(napi_env env, napi_callback_info info, MessageCall call) {
  napi_value arguments[5];
  EnteredContext turn;
  std::shared_ptr<Context> context;
  Message message;
  message.call = call;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &context, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadUint32(env, arguments[1], &message.qop) ||
      !ReadUint32(env, arguments[2], &message.sequence) ||
      !ReadMessage(env, arguments[3], arguments[4], &message.buffers)) {
    return Refuse(env, Refusal::kBadArgument);
  }
  if (!turn.Enter(context, &refusal)) return Refuse(env, refusal);
  switch (CheckMessage(message, context.get())) {
    case MessageCheck::kFine:
      break;
    case MessageCheck::kWritesPastToken:
      return Refuse(env, Refusal::kShortToken);
    case MessageCheck::kIgnoresData:
      return Refuse(env, Refusal::kIgnoredData);
  }
  RunMessage(&message, context.get());
  return MessageValue(env, message);
}

}  // namespace

napi_value EncryptMessageCall(napi_env env, napi_callback_info info) {
  return RunMessageCall(env, info, MessageCall::kEncrypt);
}

napi_value DecryptMessageCall(napi_env env, napi_callback_info info) {
  return RunMessageCall(env, info, MessageCall::kDecrypt);
}

napi_value MakeSignatureCall(napi_env env, napi_callback_info info) {
  return RunMessageCall(env, info, MessageCall::kMakeSignature);
}

napi_value VerifySignatureCall(napi_env env, napi_callback_info info) {
  return RunMessageCall(env, info, MessageCall::kVerifySignature);
}

// (context, types, bytes)
napi_value ApplyControlTokenCall(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  EnteredContext turn;
  std::shared_ptr<Context> context;
  WordView types;
  InputBuffers input;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &context, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadWords(env, arguments[1], &types) || types.count > kMaxSecBuffers) {
    return Refuse(env, Refusal::kBadArgument);
  }
  if (!ReadInput(env, arguments[2], types.data, static_cast<uint32_t>(types.count), &input,
                 &refusal) ||
      !turn.Enter(context, &refusal)) {
    return Refuse(env, refusal);
  }
  Tuple tuple(env, 1);
  tuple.AddNumber(static_cast<uint32_t>(RunControlToken(context.get(), &input)));
  return tuple.value();
}

}  // namespace secur32
