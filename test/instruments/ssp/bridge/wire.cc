#include "bridge/wire.h"

#include <cstring>
#include <utility>

#include "sspi/text.h"

namespace secur32::bridge {
namespace {

constexpr uint32_t kNone = 0xffffffff;

}  // namespace

Request::~Request() { SecureZeroMemory(body_.data(), body_.size()); }

void Request::Add(const void* bytes, size_t size) {
  const auto* const first = static_cast<const uint8_t*>(bytes);
  // What grows leaves no copy behind.
  if (body_.capacity() - body_.size() < size) {
    std::vector<uint8_t> grown;
    grown.reserve(2 * body_.capacity() + size + 256);
    grown.assign(body_.begin(), body_.end());
    std::swap(body_, grown);
    SecureZeroMemory(grown.data(), grown.size());
  }
  body_.insert(body_.end(), first, first + size);
}

Request& Request::Number(uint32_t number) {
  Add(&number, sizeof(number));
  return *this;
}

Request& Request::LongNumber(uint64_t number) {
  Add(&number, sizeof(number));
  return *this;
}

Request& Request::Bytes(const void* bytes, size_t size) {
  if (bytes == nullptr) return Number(kNone);
  Number(static_cast<uint32_t>(size));
  if (size > 0) Add(bytes, size);
  return *this;
}

Request& Request::Bytes(const SecBuffer* buffer) {
  return buffer == nullptr ? Number(kNone) : Bytes(buffer->pvBuffer, buffer->cbBuffer);
}

Request& Request::Text(const wchar_t* text) {
  return Text(text, text == nullptr ? 0 : TextLength(text));
}

Request& Request::Text(const wchar_t* text, size_t length) {
  return Bytes(text, length * sizeof(wchar_t));
}

Answer::Answer(std::vector<uint8_t> body) : body_(std::move(body)), status_(SEC_E_INTERNAL_ERROR) {
  SECURITY_STATUS status = SEC_E_INTERNAL_ERROR;
  if (Take(&status, sizeof(status))) status_ = status;
}

bool Answer::Take(void* target, size_t size) {
  if (body_.size() - at_ < size) {
    at_ = body_.size();
    return false;
  }
  std::memcpy(target, body_.data() + at_, size);
  at_ += size;
  return true;
}

uint32_t Answer::Number() {
  uint32_t number = 0;
  Take(&number, sizeof(number));
  return number;
}

uint64_t Answer::LongNumber() {
  uint64_t number = 0;
  Take(&number, sizeof(number));
  return number;
}

std::vector<uint8_t> Answer::Bytes() {
  const uint32_t size = Number();
  if (size == kNone || body_.size() - at_ < size) return {};
  std::vector<uint8_t> bytes(size);
  if (size > 0) Take(bytes.data(), size);
  return bytes;
}

std::u16string Answer::Text() {
  const std::vector<uint8_t> bytes = Bytes();
  std::u16string text(bytes.size() / sizeof(char16_t), u'\0');
  if (!text.empty()) std::memcpy(text.data(), bytes.data(), text.size() * sizeof(char16_t));
  return text;
}

}  // namespace secur32::bridge
