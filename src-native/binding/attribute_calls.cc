#include "binding/arguments.h"
#include "binding/attribute_values.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/handle_value.h"
#include "sspi/attributes.h"

namespace secur32 {
namespace {

// What the calls on contexts and those on credentials have in common: the
// handle, and its turn where it has turns.
struct OnContext {
  EnteredContext turn;
  std::shared_ptr<Context> handle;

  static const AttributeLayout* Find(uint32_t attribute) { return FindContextLayout(attribute); }
  bool Read(napi_env env, napi_value value, Refusal* refusal) {
    return ReadHandle(env, value, &handle, refusal);
  }
  bool Enter(Refusal* refusal) { return turn.Enter(handle, refusal); }
};

struct OnCredential {
  std::shared_ptr<Credential> handle;

  static const AttributeLayout* Find(uint32_t attribute) { return FindCredentialLayout(attribute); }
  bool Read(napi_env env, napi_value value, Refusal* refusal) {
    return ReadHandle(env, value, &handle, refusal);
  }
  // Any number of calls may use a credential.
  bool Enter(Refusal*) { return true; }
};

// (handle, attribute)
template <typename On>
napi_value QueryCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t attribute = 0;
  On on;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !on.Read(env, arguments[0], &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadUint32(env, arguments[1], &attribute)) return Refuse(env, Refusal::kBadArgument);
  const AttributeLayout* const layout = On::Find(attribute);
  if (layout == nullptr || !layout->CanQuery()) return Refuse(env, Refusal::kBadArgument);
  if (!on.Enter(&refusal)) return Refuse(env, refusal);
  AttributeQuery query(*layout);
  const SECURITY_STATUS status = query.Run(on.handle.get());
  Tuple tuple(env, 1);
  tuple.AddNumber(static_cast<uint32_t>(status));
  if (status >= 0) AddFields(env, query, &tuple);
  return tuple.value();
}

// (handle, attribute, values)
template <typename On>
napi_value SetCall(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  uint32_t attribute = 0;
  On on;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !on.Read(env, arguments[0], &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadUint32(env, arguments[1], &attribute)) return Refuse(env, Refusal::kBadArgument);
  const AttributeLayout* const layout = On::Find(attribute);
  if (layout == nullptr || !layout->CanSet()) return Refuse(env, Refusal::kBadArgument);
  AttributeSetting setting(*layout);
  if (!ReadFields(env, arguments[2], &setting, &refusal) || !on.Enter(&refusal)) {
    return Refuse(env, refusal);
  }
  Tuple tuple(env, 1);
  tuple.AddNumber(static_cast<uint32_t>(setting.Run(on.handle.get())));
  return tuple.value();
}

}  // namespace

napi_value QueryContextAttributesCall(napi_env env, napi_callback_info info) {
  return QueryCall<OnContext>(env, info);
}

napi_value QueryCredentialsAttributesCall(napi_env env, napi_callback_info info) {
  return QueryCall<OnCredential>(env, info);
}

napi_value SetContextAttributesCall(napi_env env, napi_callback_info info) {
  return SetCall<OnContext>(env, info);
}

napi_value SetCredentialsAttributesCall(napi_env env, napi_callback_info info) {
  return SetCall<OnCredential>(env, info);
}

}  // namespace secur32
