#include <cstring>
#include <utility>

#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/handle_value.h"
#include "executor/release.h"
#include "sspi/transfer.h"
#include "system/token.h"

namespace secur32 {

// (context, flags) -> [status, packed, token]
napi_value ExportSecurityContextCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  EnteredContext turn;
  std::shared_ptr<Context> context;
  uint32_t flags = 0;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &context, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadUint32(env, arguments[1], &flags)) return Refuse(env, Refusal::kBadArgument);
  if (!turn.Enter(context, &refusal)) return Refuse(env, refusal);
  ExportedContext exported;
  RunExport(context.get(), flags, &exported);
  // Of a context that was given away nothing is left to be used.
  if (exported.status >= 0 && (flags & SECPKG_CONTEXT_EXPORT_DELETE_OLD) != 0) {
    CloseContextValue(env, arguments[0]);
  }
  Tuple tuple(env, 3);
  tuple.AddNumber(static_cast<uint32_t>(exported.status));
  tuple.AddBytes(exported.owner.get(), exported.size);
  Token token(exported.token);
  if (token) {
    tuple.Add(NewTokenValue(env, std::move(token)));
  } else {
    tuple.AddUndefined();
  }
  return tuple.value();
}

// (package, packed, token) -> [status, context, traits, maxToken]
napi_value ImportSecurityContextCall(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  ImportedContext imported;
  std::shared_ptr<Token> token;
  ByteView packed;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) ||
      !ReadText(env, arguments[0], &imported.package, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!imported.package.present() || !ReadBytes(env, arguments[1], &packed) ||
      packed.size > UINT32_MAX) {
    return Refuse(env, Refusal::kBadArgument);
  }
  if (!IsUndefined(env, arguments[2]) && !ReadHandle(env, arguments[2], &token, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!imported.packed.Allocate(packed.size)) return Refuse(env, Refusal::kNoMemory);
  if (packed.size > 0) std::memcpy(imported.packed.data(), packed.data, packed.size);
  // Whether a package takes the handle over, or copies it, is not documented: it
  // gets one of its own, which the caller's close() does not pull from under
  // the context. Closing that one, too, might close what somebody else has by then.
  Token given;
  if (token != nullptr && DuplicateHere(token->get(), &given) != ERROR_SUCCESS) {
    return Refuse(env, Refusal::kNoMemory);
  }
  imported.token = given.get();
  RunImport(&imported);
  if (imported.context != nullptr) given.Release();
  const bool made = imported.context != nullptr;
  Tuple tuple(env, made ? 4 : 1);
  tuple.AddNumber(static_cast<uint32_t>(imported.status));
  if (!made) return tuple.value();
  const uint32_t traits = imported.context->traits();
  tuple.Add(NewHandleValue(env, std::move(imported.context)));
  tuple.AddNumber(traits);
  tuple.AddNumber(imported.max_token);
  return tuple.value();
}

}  // namespace secur32
