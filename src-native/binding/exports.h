#ifndef SECUR32_BINDING_EXPORTS_H_
#define SECUR32_BINDING_EXPORTS_H_

#include <napi.h>

#include <cstddef>

namespace secur32 {

struct Export {
  const char* name;
  napi_callback function;
};

// Puts functions on an addon's exports; stops where the environment refuses.
template <size_t kCount>
void AddExports(napi_env env, napi_value exports, const Export (&entries)[kCount]) {
  for (const Export& entry : entries) {
    napi_value function = nullptr;
    if (napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, nullptr,
                             &function) != napi_ok ||
        napi_set_named_property(env, exports, entry.name, function) != napi_ok) {
      return;
    }
  }
}

}  // namespace secur32

#endif  // SECUR32_BINDING_EXPORTS_H_
