#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/handle_value.h"
#include "binding/package_record.h"
#include "sspi/attributes.h"

namespace secur32 {
namespace {

// What follows the status, in the order of the readers in
// lib/raw/context-attributes.ts.
void AddRecord(const AttributeQuery& query, Tuple* tuple) {
  const AttributeRecord& record = query.record();
  switch (query.attribute()) {
    case SECPKG_ATTR_SIZES:
      tuple->AddNumber(record.sizes.cbMaxToken);
      tuple->AddNumber(record.sizes.cbMaxSignature);
      tuple->AddNumber(record.sizes.cbBlockSize);
      tuple->AddNumber(record.sizes.cbSecurityTrailer);
      return;
    case SECPKG_ATTR_NAMES:
      tuple->AddText(record.names.sUserName);
      return;
    case SECPKG_ATTR_LIFESPAN:
      tuple->AddBigInt(record.lifespan.tsStart.QuadPart);
      tuple->AddBigInt(record.lifespan.tsExpiry.QuadPart);
      return;
    case SECPKG_ATTR_SESSION_KEY:
      tuple->AddBytes(record.session_key.SessionKey, record.session_key.SessionKeyLength);
      return;
    case SECPKG_ATTR_PACKAGE_INFO:
      AddPackage(record.package_info.PackageInfo, tuple);
      return;
    case SECPKG_ATTR_NEGOTIATION_INFO:
      tuple->AddNumber(record.negotiation_info.NegotiationState);
      AddPackage(record.negotiation_info.PackageInfo, tuple);
      return;
    case SECPKG_ATTR_FLAGS:
      tuple->AddNumber(record.flags.Flags);
      return;
  }
}

}  // namespace

// (context, attribute)
napi_value QueryContextAttributesCall(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t attribute = 0;
  std::shared_ptr<Context> context;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadHandle(env, arguments[0], &context, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadUint32(env, arguments[1], &attribute) || !IsKnownAttribute(attribute)) {
    return Refuse(env, Refusal::kBadArgument);
  }
  EnteredContext turn;
  if (!turn.Enter(context, &refusal)) return Refuse(env, refusal);
  AttributeQuery query(attribute);
  const SECURITY_STATUS status = query.Run(context.get());
  Tuple tuple(env, 1);
  tuple.AddNumber(static_cast<uint32_t>(status));
  if (status >= 0) AddRecord(query, &tuple);
  return tuple.value();
}

}  // namespace secur32
