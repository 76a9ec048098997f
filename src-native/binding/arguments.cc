#include "binding/arguments.h"

#include "sspi/text.h"

namespace secur32 {
namespace {

bool HasType(napi_env env, napi_value value, napi_valuetype expected) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && type == expected;
}

bool ReadTypedArray(napi_env env, napi_value value, napi_typedarray_type expected, void** data,
                    size_t* length) {
  bool is_typed_array = false;
  if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array) return false;
  napi_typedarray_type type;
  if (napi_get_typedarray_info(env, value, &type, length, data, nullptr, nullptr) != napi_ok) {
    return false;
  }
  return type == expected;
}

}  // namespace

bool IsUndefined(napi_env env, napi_value value) { return HasType(env, value, napi_undefined); }

bool IsArray(napi_env env, napi_value value) {
  bool is_array = false;
  return napi_is_array(env, value, &is_array) == napi_ok && is_array;
}

bool ReadBool(napi_env env, napi_value value, bool* result) {
  return napi_get_value_bool(env, value, result) == napi_ok;
}

bool ReadUint32(napi_env env, napi_value value, uint32_t* result) {
  return napi_get_value_uint32(env, value, result) == napi_ok;
}

bool ReadBytes(napi_env env, napi_value value, ByteView* result) {
  void* data = nullptr;
  if (!ReadTypedArray(env, value, napi_uint8_array, &data, &result->size)) return false;
  result->data = static_cast<const uint8_t*>(data);
  return true;
}

bool ReadWords(napi_env env, napi_value value, WordView* result) {
  void* data = nullptr;
  if (!ReadTypedArray(env, value, napi_uint32_array, &data, &result->count)) return false;
  result->data = static_cast<const uint32_t*>(data);
  return true;
}

bool ReadText(napi_env env, napi_value value, ZeroedText* text, Refusal* refusal) {
  *refusal = Refusal::kBadArgument;
  if (IsUndefined(env, value)) return true;
  size_t length = 0;
  if (napi_get_value_string_utf16(env, value, nullptr, 0, &length) != napi_ok) return false;
  if (!text->Allocate(length)) {
    *refusal = Refusal::kNoMemory;
    return false;
  }
  static_assert(sizeof(wchar_t) == sizeof(char16_t));
  return napi_get_value_string_utf16(env, value, reinterpret_cast<char16_t*>(text->get()),
                                     length + 1, &length) == napi_ok;
}

bool ReadSecret(napi_env env, napi_value value, ZeroedText* text, Refusal* refusal) {
  ByteView bytes;
  if (!ReadBytes(env, value, &bytes)) return ReadText(env, value, text, refusal);
  bool no_memory = false;
  if (TextFromUtf8(bytes.data, bytes.size, text, &no_memory)) return true;
  *refusal = no_memory ? Refusal::kNoMemory : Refusal::kBadPassword;
  return false;
}

}  // namespace secur32
