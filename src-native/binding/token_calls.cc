#include <memory>
#include <utility>

#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/handle_value.h"
#include "sspi/secur32_api.h"
#include "system/token.h"

namespace secur32 {
namespace {

// [error, token]
napi_value NewTokenTuple(napi_env env, DWORD error, Token token) {
  Tuple tuple(env, 2);
  tuple.AddNumber(error);
  if (token) {
    tuple.Add(NewTokenValue(env, std::move(token)));
  } else {
    tuple.AddUndefined();
  }
  return tuple.value();
}

int64_t Number(const LUID& luid) {
  return static_cast<int64_t>(uint64_t{static_cast<uint32_t>(luid.HighPart)} << 32 | luid.LowPart);
}

}  // namespace

// (context) -> [status, token]
napi_value QuerySecurityContextTokenCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  EnteredContext turn;
  std::shared_ptr<Context> context;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &context, &refusal) ||
      !turn.Enter(context, &refusal)) {
    return Refuse(env, refusal);
  }
  HANDLE handle = nullptr;
  const SECURITY_STATUS status = Api().QuerySecurityContextToken(context->handle(), &handle);
  // What a failing package left there is not ours.
  Token token(status < 0 ? nullptr : handle);
  return NewTokenTuple(env, static_cast<DWORD>(status), std::move(token));
}

// (token) -> [error, user, isPrimary, level, logonId, elevated, elevationType,
// integrity, restricted, then SID and attributes of each group]
napi_value TokenInformationCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  std::shared_ptr<Token> token;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &token, &refusal)) {
    return Refuse(env, refusal);
  }
  TokenFacts facts;
  const DWORD error = facts.Read(token->get());
  Tuple tuple(env, 1);
  tuple.AddNumber(error);
  if (error != ERROR_SUCCESS) return tuple.value();
  tuple.AddText(SidText(facts.user().Sid).get());
  tuple.AddNumber(facts.statistics.TokenType == TokenPrimary ? 1 : 0);
  tuple.AddNumber(facts.impersonation_level);
  tuple.AddBigInt(Number(facts.statistics.AuthenticationId));
  tuple.AddNumber(facts.elevated);
  tuple.AddNumber(facts.elevation_type);
  tuple.AddNumber(facts.integrity);
  tuple.AddNumber(facts.restricted ? 1 : 0);
  for (DWORD i = 0; i < facts.group_count(); ++i) {
    tuple.AddText(SidText(facts.group(i).Sid).get());
    tuple.AddNumber(facts.group(i).Attributes);
  }
  return tuple.value();
}

// (token, primary, level) -> [error, token]
napi_value DuplicateTokenCall(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  std::shared_ptr<Token> token;
  bool primary = false;
  uint32_t level = 0;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &token, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadBool(env, arguments[1], &primary) || !ReadUint32(env, arguments[2], &level) ||
      level > SecurityDelegation) {
    return Refuse(env, Refusal::kBadArgument);
  }
  Token copy;
  const DWORD error =
      DuplicateAs(token->get(), primary, static_cast<SECURITY_IMPERSONATION_LEVEL>(level), &copy);
  return NewTokenTuple(env, error, std::move(copy));
}

// (token, processId) -> [error, value]
napi_value DuplicateTokenIntoCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  std::shared_ptr<Token> token;
  uint32_t process_id = 0;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &token, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadUint32(env, arguments[1], &process_id)) return Refuse(env, Refusal::kBadArgument);
  uint64_t value = 0;
  const DWORD error = DuplicateInto(token->get(), process_id, &value);
  Tuple tuple(env, 2);
  tuple.AddNumber(error);
  tuple.AddBigInt(static_cast<int64_t>(value));
  return tuple.value();
}

// (value) -> [error, token]
napi_value AdoptTokenCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  uint64_t value = 0;
  bool lossless = false;
  if (!ReadArguments(env, info, arguments) ||
      napi_get_value_bigint_uint64(env, arguments[0], &value, &lossless) != napi_ok || !lossless) {
    return Refuse(env, Refusal::kBadArgument);
  }
  Token token;
  const DWORD error = AdoptToken(value, &token);
  return NewTokenTuple(env, error, std::move(token));
}

// (token)
napi_value CloseTokenCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!ReadArguments(env, info, arguments) || !CloseTokenValue(env, arguments[0])) {
    return Refuse(env, Refusal::kNotAHandle);
  }
  return UndefinedValue(env);
}

}  // namespace secur32
