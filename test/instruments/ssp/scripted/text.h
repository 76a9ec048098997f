// Builds messages and JSON without the weight of streams.
#ifndef SECUR32_TEST_SSP_SCRIPTED_TEXT_H_
#define SECUR32_TEST_SSP_SCRIPTED_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace secur32::scripted {

class Text {
 public:
  Text() = default;
  explicit Text(const char* text) : text_(text) {}

  Text& Add(const char* text) {
    text_.append(text);
    return *this;
  }

  Text& Number(uint64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
      digits[--at] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    text_.append(digits + at, sizeof(digits) - at);
    return *this;
  }

  Text& Hex(const void* bytes, size_t size) {
    constexpr char kDigits[] = "0123456789abcdef";
    const auto* const byte = static_cast<const uint8_t*>(bytes);
    for (size_t i = 0; i < size; ++i) {
      text_.push_back(kDigits[byte[i] >> 4]);
      text_.push_back(kDigits[byte[i] & 15]);
    }
    return *this;
  }

  // As hexadecimal bytes, for JSON: no escapes and nothing lost.
  Text& WideHex(const wchar_t* text) {
    size_t length = 0;
    while (text[length] != 0) ++length;
    return Hex(text, length * sizeof(wchar_t));
  }

  const std::string& string() const { return text_; }

 private:
  std::string text_;
};

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_TEXT_H_
