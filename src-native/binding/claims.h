#ifndef SECUR32_BINDING_CLAIMS_H_
#define SECUR32_BINDING_CLAIMS_H_

#include <napi.h>

namespace secur32 {

// The claims of an AUTHZ_SECURITY_ATTRIBUTES_INFORMATION, an array of [name,
// type, flags, values]; empty for nullptr and for a version that is not known.
napi_value ClaimsValue(napi_env env, const void* information);

}  // namespace secur32

#endif  // SECUR32_BINDING_CLAIMS_H_
