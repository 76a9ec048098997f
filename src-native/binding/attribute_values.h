// Attribute records as JavaScript values and back; lib/raw/attribute-values.ts
// does the other half.
#ifndef SECUR32_BINDING_ATTRIBUTE_VALUES_H_
#define SECUR32_BINDING_ATTRIBUTE_VALUES_H_

#include <napi.h>

#include "binding/refusal.h"
#include "binding/tuple.h"
#include "sspi/attributes.h"

namespace secur32 {

// One element for each field that is given, six for a package.
void AddFields(napi_env env, const AttributeQuery& query, Tuple* tuple);

// A JavaScript array with one element for each field of the record.
bool ReadFields(napi_env env, napi_value array, AttributeSetting* setting, Refusal* refusal);

}  // namespace secur32

#endif  // SECUR32_BINDING_ATTRIBUTE_VALUES_H_
