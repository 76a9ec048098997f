// Memory for passwords, tokens and names: sized by the caller's input, so
// that running out of it is an error and not an abort, and zeroed on every way
// out, so that no secret stays behind in freed memory.
#ifndef SECUR32_SSPI_ZEROED_BUFFER_H_
#define SECUR32_SSPI_ZEROED_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "sspi/windows_sspi.h"

namespace secur32 {

class ZeroedBuffer {
 public:
  ZeroedBuffer() = default;
  ~ZeroedBuffer() { Reset(); }

  ZeroedBuffer(ZeroedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  ZeroedBuffer& operator=(ZeroedBuffer&& other) noexcept {
    if (this != &other) {
      Reset();
      data_ = std::exchange(other.data_, nullptr);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  ZeroedBuffer(const ZeroedBuffer&) = delete;
  ZeroedBuffer& operator=(const ZeroedBuffer&) = delete;

  // Replaces the content by `size` zero bytes; false if there is no memory.
  // A buffer of no bytes still has an address: an absent value is a buffer
  // that was never allocated.
  [[nodiscard]] bool Allocate(size_t size) {
    Reset();
    data_ = new (std::nothrow) uint8_t[size == 0 ? 1 : size]();
    if (data_ == nullptr) return false;
    size_ = size;
    return true;
  }

  void Reset() {
    if (data_ == nullptr) return;
    SecureZeroMemory(data_, size_);
    delete[] data_;
    data_ = nullptr;
    size_ = 0;
  }

  bool allocated() const { return data_ != nullptr; }
  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// UTF-16 text with a terminating zero that its length does not count.
class ZeroedText {
 public:
  // Room for `length` characters and the zero behind them.
  [[nodiscard]] bool Allocate(size_t length) {
    if (!bytes_.Allocate((length + 1) * sizeof(wchar_t))) return false;
    length_ = length;
    return true;
  }

  // A copy of `length` characters.
  [[nodiscard]] bool Assign(const wchar_t* text, size_t length) {
    if (!Allocate(length)) return false;
    std::memcpy(get(), text, length * sizeof(wchar_t));
    return true;
  }

  // NULL where the value is absent, which for SSPI differs from empty text.
  wchar_t* get() { return reinterpret_cast<wchar_t*>(bytes_.data()); }
  const wchar_t* get() const { return reinterpret_cast<const wchar_t*>(bytes_.data()); }
  size_t length() const { return length_; }
  bool present() const { return bytes_.allocated(); }

 private:
  ZeroedBuffer bytes_;
  size_t length_ = 0;
};

}  // namespace secur32

#endif  // SECUR32_SSPI_ZEROED_BUFFER_H_
