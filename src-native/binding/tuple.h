// Builds the array that a native call returns; TypeScript gives the elements
// their names. A failure in one step (the environment is ending, say) makes
// the following ones do nothing.
#ifndef SECUR32_BINDING_TUPLE_H_
#define SECUR32_BINDING_TUPLE_H_

#include <napi.h>

#include <cstddef>
#include <cstdint>

namespace secur32 {

class Tuple {
 public:
  Tuple(napi_env env, size_t length);

  void AddUndefined();
  void AddNumber(uint32_t number);
  void AddBigInt(int64_t number);
  // Zero-terminated; NULL becomes undefined.
  void AddText(const wchar_t* text);
  void AddText(const wchar_t* text, size_t length);
  void AddAsciiText(const char* text);
  // A Buffer with a copy; NULL becomes undefined.
  void AddBytes(const void* data, size_t size);
  void Add(napi_value value);

  // undefined if it could not be built.
  napi_value value() const;

 private:
  void Take(napi_status status, napi_value value);

  napi_env env_;
  napi_value array_ = nullptr;
  uint32_t next_ = 0;
  bool ok_ = true;
};

napi_value NumberValue(napi_env env, uint32_t number);
napi_value UndefinedValue(napi_env env);

}  // namespace secur32

#endif  // SECUR32_BINDING_TUPLE_H_
