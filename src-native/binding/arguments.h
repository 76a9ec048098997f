// Reads JavaScript arguments. Each reader returns false for a value that is
// not of its type; none of them throws, runs user code, or reads an object's
// properties.
#ifndef SECUR32_BINDING_ARGUMENTS_H_
#define SECUR32_BINDING_ARGUMENTS_H_

#include <napi.h>

#include <cstddef>
#include <cstdint>

#include "binding/refusal.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

bool IsUndefined(napi_env env, napi_value value);
// Of anything else napi_get_element() throws, or runs user code.
bool IsArray(napi_env env, napi_value value);
bool ReadBool(napi_env env, napi_value value, bool* result);
bool ReadUint32(napi_env env, napi_value value, uint32_t* result);

// The memory of a Uint8Array (or Buffer), valid until JavaScript runs again.
struct ByteView {
  const uint8_t* data = nullptr;
  size_t size = 0;
};
bool ReadBytes(napi_env env, napi_value value, ByteView* result);

struct WordView {
  const uint32_t* data = nullptr;
  size_t count = 0;
};
bool ReadWords(napi_env env, napi_value value, WordView* result);

// A string, copied; undefined leaves `text` absent.
bool ReadText(napi_env env, napi_value value, ZeroedText* text, Refusal* refusal);
// The same, for a string or UTF-8 bytes.
bool ReadSecret(napi_env env, napi_value value, ZeroedText* text, Refusal* refusal);

}  // namespace secur32

#endif  // SECUR32_BINDING_ARGUMENTS_H_
