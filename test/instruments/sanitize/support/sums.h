// Reading memory to its last byte, so that a sanitizer sees what may not be read.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_SUMS_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_SUMS_H_

#include <cstddef>
#include <cstdint>

#include "sspi/text.h"

namespace secur32::sanitize {

// Of nothing, 0.
inline uint32_t Sum(const void* memory, size_t size) {
  const auto* const bytes = static_cast<const uint8_t*>(memory);
  uint32_t sum = 0;
  for (size_t i = 0; bytes != nullptr && i < size; ++i) sum = sum * 31 + bytes[i];
  return sum;
}

inline uint32_t SumText(const wchar_t* text) {
  return text == nullptr ? 0 : Sum(text, TextLength(text) * sizeof(wchar_t));
}

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_SUMS_H_
