#include "binding/claims.h"

#include "binding/tuple.h"
#include "system/token.h"

namespace secur32 {
namespace {

// As authz.h has them, which needs a newer system to be asked for.
struct Bytes {
  void* memory;
  uint32_t size;
};

struct QualifiedName {
  uint64_t version;
  const wchar_t* name;
};

struct Claim {
  const wchar_t* name;
  uint16_t type;
  uint16_t reserved;
  uint32_t flags;
  uint32_t count;
  const void* values;
};

struct Information {
  uint16_t version;
  uint16_t reserved;
  uint32_t count;
  const Claim* claims;
};

constexpr uint16_t kVersion1 = 1;

enum ClaimType : uint16_t {
  kInt64 = 1,
  kUint64 = 2,
  kString = 3,
  kQualifiedName = 4,
  kSid = 5,
  kBoolean = 6,
  kOctets = 16,
};

// Elements of the array of values have the type of the claim.
template <typename Value>
const Value& ValueOf(const Claim& claim, uint32_t index) {
  return static_cast<const Value*>(claim.values)[index];
}

napi_value UnsignedValue(napi_env env, uint64_t number) {
  napi_value value = nullptr;
  napi_create_bigint_uint64(env, number, &value);
  return value;
}

void AddValue(napi_env env, const Claim& claim, uint32_t index, Tuple* values) {
  switch (claim.type) {
    case kInt64:
      values->AddBigInt(ValueOf<int64_t>(claim, index));
      return;
    case kUint64:
    case kBoolean:
      values->Add(UnsignedValue(env, ValueOf<uint64_t>(claim, index)));
      return;
    case kString:
      values->AddText(ValueOf<const wchar_t*>(claim, index));
      return;
    case kQualifiedName:
      values->AddText(ValueOf<QualifiedName>(claim, index).name);
      return;
    case kSid:
      values->AddText(SidText(ValueOf<Bytes>(claim, index).memory).get());
      return;
    case kOctets:
      values->AddBytes(ValueOf<Bytes>(claim, index).memory, ValueOf<Bytes>(claim, index).size);
      return;
    default:
      values->AddUndefined();
      return;
  }
}

napi_value ClaimValue(napi_env env, const Claim& claim) {
  const uint32_t count = claim.values == nullptr ? 0 : claim.count;
  Tuple values(env, count);
  for (uint32_t i = 0; i < count; ++i) AddValue(env, claim, i, &values);
  Tuple value(env, 4);
  value.AddText(claim.name);
  value.AddNumber(claim.type);
  value.AddNumber(claim.flags);
  value.Add(values.value());
  return value.value();
}

}  // namespace

napi_value ClaimsValue(napi_env env, const void* memory) {
  const auto* const information = static_cast<const Information*>(memory);
  const bool known =
      information != nullptr && information->version == kVersion1 && information->claims != nullptr;
  const uint32_t count = known ? information->count : 0;
  Tuple claims(env, count);
  for (uint32_t i = 0; i < count; ++i) claims.Add(ClaimValue(env, information->claims[i]));
  return claims.value();
}

}  // namespace secur32
