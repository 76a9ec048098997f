#include "named-ntlm/authenticate_message.h"

#include <cstring>

namespace secur32::named_ntlm {
namespace {

constexpr uint8_t kSignature[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0};
constexpr size_t kTypeAt = 8;

constexpr uint32_t kChallenge = 2;
constexpr size_t kChallengeFlagsAt = 20;
constexpr size_t kChallengeHeader = 32;
constexpr uint32_t kNegotiateUnicode = 1;

constexpr uint32_t kAuthenticate = 3;
constexpr size_t kDomainAt = 28;
constexpr size_t kUserAt = 36;
// Without the version and the integrity code, which are optional.
constexpr size_t kAuthenticateHeader = 64;

constexpr wchar_t kSeparator = L'\\';

struct Bytes {
  const uint8_t* data;
  size_t size;
};

// Both numbers are little-endian, and so is every Windows.
template <typename Number>
Number ReadNumber(const Bytes& message, size_t at) {
  Number number;
  std::memcpy(&number, message.data + at, sizeof(number));
  return number;
}

bool IsMessage(const Bytes& message, uint32_t type, size_t header) {
  return message.size >= header && std::memcmp(message.data, kSignature, sizeof(kSignature)) == 0 &&
         ReadNumber<uint32_t>(message, kTypeAt) == type;
}

// What a length, a capacity and an offset in the header point at.
bool ReadField(const Bytes& message, size_t at, Bytes* field) {
  const size_t size = ReadNumber<uint16_t>(message, at);
  const size_t offset = ReadNumber<uint32_t>(message, at + 4);
  *field = {message.data, 0};
  // An absent field may have any offset.
  if (size == 0) return true;
  if (offset < kAuthenticateHeader || offset > message.size || size > message.size - offset) {
    return false;
  }
  *field = {message.data + offset, size};
  return true;
}

bool TextFromUtf16(const Bytes& field, ZeroedText* text) {
  if (field.size % sizeof(wchar_t) != 0) return false;
  if (!text->Allocate(field.size / sizeof(wchar_t))) return false;
  std::memcpy(text->get(), field.data, field.size);
  return true;
}

bool TextFromOem(const Bytes& field, ZeroedText* text) {
  if (field.size == 0) return text->Allocate(0);
  // At most what a field can hold, 65535.
  const int size = static_cast<int>(field.size);
  const char* const characters = reinterpret_cast<const char*>(field.data);
  const int length =
      MultiByteToWideChar(CP_OEMCP, MB_ERR_INVALID_CHARS, characters, size, nullptr, 0);
  return length > 0 && text->Allocate(static_cast<size_t>(length)) &&
         MultiByteToWideChar(CP_OEMCP, MB_ERR_INVALID_CHARS, characters, size, text->get(),
                             length) == length;
}

// Nothing that would make one name look like another.
bool IsPlain(const ZeroedText& text) {
  for (size_t i = 0; i < text.length(); ++i) {
    const wchar_t character = text.get()[i];
    if (character == 0 || character == kSeparator) return false;
  }
  return true;
}

bool ReadText(const Bytes& message, size_t at, bool unicode, ZeroedText* text) {
  Bytes field{};
  if (!ReadField(message, at, &field)) return false;
  const bool converted = unicode ? TextFromUtf16(field, text) : TextFromOem(field, text);
  return converted && IsPlain(*text);
}

}  // namespace

bool SettlesOnUnicode(const uint8_t* data, size_t size) {
  const Bytes message{data, size};
  return IsMessage(message, kChallenge, kChallengeHeader) &&
         (ReadNumber<uint32_t>(message, kChallengeFlagsAt) & kNegotiateUnicode) != 0;
}

bool ReadClientName(const uint8_t* data, size_t size, bool unicode, ZeroedText* name) {
  const Bytes message{data, size};
  if (!IsMessage(message, kAuthenticate, kAuthenticateHeader)) return false;
  ZeroedText domain;
  ZeroedText user;
  if (!ReadText(message, kDomainAt, unicode, &domain) ||
      !ReadText(message, kUserAt, unicode, &user) || user.length() == 0) {
    return false;
  }
  // A client that gives its name as `user@realm` gives no domain.
  if (domain.length() == 0) return name->Assign(user.get(), user.length());
  if (!name->Allocate(domain.length() + 1 + user.length())) return false;
  wchar_t* const text = name->get();
  std::memcpy(text, domain.get(), domain.length() * sizeof(wchar_t));
  text[domain.length()] = kSeparator;
  std::memcpy(text + domain.length() + 1, user.get(), user.length() * sizeof(wchar_t));
  return true;
}

}  // namespace secur32::named_ntlm
