// Credentials and contexts as JavaScript values: externals with a type tag.
//
// The tag tells the kinds apart and names this very copy of the addon, so
// that nothing but a handle that this code made is ever dereferenced.
#ifndef SECUR32_BINDING_HANDLE_VALUE_H_
#define SECUR32_BINDING_HANDLE_VALUE_H_

#include <napi.h>

#include <memory>

#include "binding/refusal.h"
#include "sspi/handles.h"
#include "system/token.h"

namespace secur32 {

// nullptr if the value could not be made; then the handle is released.
napi_value NewHandleValue(napi_env env, std::shared_ptr<Credential> credential);
napi_value NewHandleValue(napi_env env, std::shared_ptr<Context> context);
napi_value NewTokenValue(napi_env env, Token token);

// False with a refusal if the value is no open handle of that kind.
bool ReadHandle(napi_env env, napi_value value, std::shared_ptr<Credential>* credential,
                Refusal* refusal);
bool ReadHandle(napi_env env, napi_value value, std::shared_ptr<Context>* context,
                Refusal* refusal);
bool ReadHandle(napi_env env, napi_value value, std::shared_ptr<Token>* token, Refusal* refusal);

// Idempotent. The SSPI handle goes when its last user is gone, not on this
// thread.
bool CloseCredentialValue(napi_env env, napi_value value);
bool CloseContextValue(napi_env env, napi_value value);
// At once: closing a token asks nobody.
bool CloseTokenValue(napi_env env, napi_value value);

}  // namespace secur32

#endif  // SECUR32_BINDING_HANDLE_VALUE_H_
