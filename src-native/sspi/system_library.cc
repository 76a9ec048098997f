#include "sspi/system_library.h"

#include <cstring>

#include "sspi/text.h"

namespace secur32 {

// By its whole path: by its name alone a library would do that somebody loaded
// before, from wherever.
HMODULE LoadFromSystem32(const wchar_t* file) {
  wchar_t path[MAX_PATH];
  const UINT length = GetSystemDirectoryW(path, MAX_PATH);
  const size_t file_length = TextLength(file);
  if (length == 0 || length + file_length >= MAX_PATH) return nullptr;
  std::memcpy(path + length, file, (file_length + 1) * sizeof(wchar_t));
  return LoadLibraryExW(path, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
}

}  // namespace secur32
