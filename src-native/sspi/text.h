// What SSPI needs of UTF-16 text, beside memory for it (ZeroedText).
#ifndef SECUR32_SSPI_TEXT_H_
#define SECUR32_SSPI_TEXT_H_

#include <cstddef>
#include <cstdint>

#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

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

// UTF-8 bytes to text. False if they are not valid UTF-8 or there is no
// memory, which *no_memory tells apart.
bool TextFromUtf8(const uint8_t* bytes, size_t size, ZeroedText* text, bool* no_memory);

}  // namespace secur32

#endif  // SECUR32_SSPI_TEXT_H_
