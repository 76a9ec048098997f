// What SSPI needs of UTF-16 text, beside memory for it.
#ifndef SECUR32_SSPI_TEXT_H_
#define SECUR32_SSPI_TEXT_H_

#include <cstddef>

#include "sspi/windows_sspi.h"

namespace secur32 {

// In characters, without the terminating zero.
inline size_t TextLength(const wchar_t* text) {
  size_t length = 0;
  while (text[length] != 0) ++length;
  return length;
}

// Of names that Windows takes without regard to case.
inline bool IsSameText(const wchar_t* one, const wchar_t* other) {
  return CompareStringOrdinal(one, -1, other, -1, TRUE) == CSTR_EQUAL;
}

}  // namespace secur32

#endif  // SECUR32_SSPI_TEXT_H_
