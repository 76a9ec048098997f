#include "windows/sids.h"

#include <sddl.h>
#include <windows.h>

#include <cstdlib>
#include <cstring>

namespace secur32::sanitize {
namespace {

constexpr size_t kHeader = 8;
constexpr size_t kMostSubAuthorities = 15;
constexpr uint64_t kMostAuthority = 0xffff'ffff'ffff;

size_t SizeOf(const uint8_t* sid) { return kHeader + sizeof(uint32_t) * sid[1]; }

uint32_t SubAuthority(const uint8_t* sid, size_t index) {
  uint32_t value = 0;
  std::memcpy(&value, sid + kHeader + index * sizeof(value), sizeof(value));
  return value;
}

// "-<decimal>" at `*at`; false if there is none, or a larger one than `most`.
bool ReadPart(const char** at, uint64_t most, uint64_t* value) {
  if (**at != '-') return false;
  const char* digit = ++*at;
  *value = 0;
  for (; *digit >= '0' && *digit <= '9'; ++digit) {
    *value = *value * 10 + static_cast<uint64_t>(*digit - '0');
    if (*value > most) return false;
  }
  if (digit == *at) return false;
  *at = digit;
  return true;
}

}  // namespace

Sid SidOfText(const std::string& text) {
  const char* at = text.c_str() + 3;
  uint64_t part = 0;
  if (text.compare(0, 3, "S-1") != 0 || !ReadPart(&at, kMostAuthority, &part)) return {};
  Sid sid{1, 0};
  for (int shift = 40; shift >= 0; shift -= 8) sid.push_back((part >> shift) & 0xff);
  while (*at != 0) {
    if (sid[1] == kMostSubAuthorities || !ReadPart(&at, UINT32_MAX, &part)) return {};
    ++sid[1];
    for (int shift = 0; shift < 32; shift += 8) sid.push_back((part >> shift) & 0xff);
  }
  return sid[1] == 0 ? Sid() : sid;
}

std::string TextOfSid(const Sid& sid) {
  uint64_t authority = 0;
  for (size_t i = 2; i < kHeader; ++i) authority = authority << 8 | sid[i];
  std::string text = "S-1-" + std::to_string(authority);
  for (size_t i = 0; i < sid[1]; ++i) {
    text.append("-");
    text.append(std::to_string(SubAuthority(sid.data(), i)));
  }
  return text;
}

Sid SidAt(const void* sid) {
  const auto* const bytes = static_cast<const uint8_t*>(sid);
  return Sid(bytes, bytes + SizeOf(bytes));
}

}  // namespace secur32::sanitize

using namespace secur32::sanitize;

BYTE* GetSidSubAuthorityCount(PSID sid) { return static_cast<BYTE*>(sid) + 1; }

DWORD* GetSidSubAuthority(PSID sid, DWORD index) {
  return reinterpret_cast<DWORD*>(static_cast<BYTE*>(sid) + kHeader) + index;
}

BOOL ConvertSidToStringSidW(PSID sid, wchar_t** text) {
  const std::string ascii = TextOfSid(SidAt(sid));
  *text = static_cast<wchar_t*>(std::malloc((ascii.size() + 1) * sizeof(wchar_t)));
  for (size_t i = 0; i <= ascii.size(); ++i) (*text)[i] = static_cast<wchar_t>(ascii.c_str()[i]);
  return TRUE;
}

BOOL ConvertStringSidToSidW(LPCWSTR text, PSID* sid) {
  std::string ascii;
  for (; *text != 0; ++text) ascii.push_back(*text < 0x80 ? static_cast<char>(*text) : '?');
  const Sid found = SidOfText(ascii);
  if (found.empty()) {
    SetLastError(ERROR_INVALID_SID);
    return FALSE;
  }
  *sid = std::malloc(found.size());
  std::memcpy(*sid, found.data(), found.size());
  return TRUE;
}

void* LocalFree(void* memory) {
  std::free(memory);
  return nullptr;
}
