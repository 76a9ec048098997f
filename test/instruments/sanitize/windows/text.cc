#include <windows.h>

namespace {

// The next code point of [*at, end), or -1 where it is not UTF-8.
int32_t NextCodePoint(const unsigned char** at, const unsigned char* end) {
  const unsigned char first = *(*at)++;
  if (first < 0x80) return first;
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || end - *at < more) return -1;
  int32_t point = first & (0x3f >> more);
  for (int i = 0; i < more; ++i) {
    const unsigned char next = *(*at)++;
    if ((next & 0xc0) != 0x80) return -1;
    point = point << 6 | (next & 0x3f);
  }
  constexpr int32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < kSmallest[more] || point > 0x10ffff || surrogate ? -1 : point;
}

int32_t NextOf(UINT code_page, const unsigned char** at, const unsigned char* end) {
  return code_page == CP_UTF8 ? NextCodePoint(at, end) : *(*at)++;
}

wchar_t UpperCase(wchar_t character) {
  return character >= L'a' && character <= L'z' ? static_cast<wchar_t>(character - L'a' + L'A')
                                                : character;
}

}  // namespace

int MultiByteToWideChar(UINT code_page, DWORD flags, const char* source, int source_size,
                        wchar_t* target, int target_length) {
  const bool known = code_page == CP_UTF8 || code_page == CP_OEMCP;
  if (!known || flags != MB_ERR_INVALID_CHARS || source_size <= 0) return 0;
  const auto* at = reinterpret_cast<const unsigned char*>(source);
  const unsigned char* const end = at + source_size;
  int length = 0;
  while (at != end) {
    const int32_t point = NextOf(code_page, &at, end);
    if (point < 0) return 0;
    const int units = point >= 0x10000 ? 2 : 1;
    if (target_length > 0) {
      if (length + units > target_length) return 0;
      if (units == 1) {
        target[length] = static_cast<wchar_t>(point);
      } else {
        target[length] = static_cast<wchar_t>(0xd7c0 + (point >> 10));
        target[length + 1] = static_cast<wchar_t>(0xdc00 | (point & 0x3ff));
      }
    }
    length += units;
  }
  return length;
}

int CompareStringOrdinal(const wchar_t* one, int one_length, const wchar_t* other, int other_length,
                         BOOL ignore_case) {
  constexpr int kLess = 1;
  constexpr int kGreater = 3;
  // Both end with a zero; nobody here gives a length.
  if (one_length != -1 || other_length != -1) return 0;
  for (;; ++one, ++other) {
    const wchar_t left = ignore_case != FALSE ? UpperCase(*one) : *one;
    const wchar_t right = ignore_case != FALSE ? UpperCase(*other) : *other;
    if (left != right) return left < right ? kLess : kGreater;
    if (left == 0) return CSTR_EQUAL;
  }
}
