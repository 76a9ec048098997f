#include "sspi/text.h"

#include <climits>

namespace secur32 {

bool TextFromUtf8(const uint8_t* bytes, size_t size, ZeroedText* text, bool* no_memory) {
  *no_memory = false;
  if (size > INT_MAX) return false;
  const auto* const source = reinterpret_cast<const char*>(bytes);
  const int source_size = static_cast<int>(size);
  int length = 0;
  if (size > 0) {
    length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, source, source_size, nullptr, 0);
    if (length == 0) return false;
  }
  if (!text->Allocate(static_cast<size_t>(length))) {
    *no_memory = true;
    return false;
  }
  return size == 0 || MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, source, source_size,
                                          text->get(), length) == length;
}

}  // namespace secur32
