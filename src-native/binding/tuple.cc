#include "binding/tuple.h"

namespace secur32 {

Tuple::Tuple(napi_env env, size_t length) : env_(env) {
  ok_ = napi_create_array_with_length(env_, length, &array_) == napi_ok;
}

void Tuple::Take(napi_status status, napi_value value) {
  ok_ = ok_ && status == napi_ok && napi_set_element(env_, array_, next_++, value) == napi_ok;
}

void Tuple::Add(napi_value value) {
  Take(value == nullptr ? napi_generic_failure : napi_ok, value);
}

void Tuple::AddUndefined() {
  napi_value value = nullptr;
  Take(napi_get_undefined(env_, &value), value);
}

void Tuple::AddNumber(uint32_t number) {
  napi_value value = nullptr;
  Take(napi_create_uint32(env_, number, &value), value);
}

void Tuple::AddBigInt(int64_t number) {
  napi_value value = nullptr;
  Take(napi_create_bigint_int64(env_, number, &value), value);
}

void Tuple::AddText(const wchar_t* text) {
  if (text == nullptr) {
    AddUndefined();
    return;
  }
  AddText(text, NAPI_AUTO_LENGTH);
}

void Tuple::AddText(const wchar_t* text, size_t length) {
  napi_value value = nullptr;
  Take(napi_create_string_utf16(env_, reinterpret_cast<const char16_t*>(text), length, &value),
       value);
}

void Tuple::AddAsciiText(const char* text) {
  if (text == nullptr) {
    AddUndefined();
    return;
  }
  napi_value value = nullptr;
  Take(napi_create_string_latin1(env_, text, NAPI_AUTO_LENGTH, &value), value);
}

void Tuple::AddBytes(const void* data, size_t size) {
  if (data == nullptr) {
    AddUndefined();
    return;
  }
  napi_value value = nullptr;
  Take(napi_create_buffer_copy(env_, size, data, nullptr, &value), value);
}

napi_value Tuple::value() const { return ok_ ? array_ : UndefinedValue(env_); }

napi_value NumberValue(napi_env env, uint32_t number) {
  napi_value value = nullptr;
  napi_create_uint32(env, number, &value);
  return value;
}

napi_value UndefinedValue(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

}  // namespace secur32
