// Access tokens: whose they are, which groups are in them.
#ifndef SECUR32_SYSTEM_TOKEN_H_
#define SECUR32_SYSTEM_TOKEN_H_

#include <cstdint>
#include <utility>

#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

// Owns a handle of an access token.
class Token {
 public:
  Token() = default;
  // May be nullptr.
  explicit Token(HANDLE handle);
  ~Token();
  Token(Token&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Token& operator=(Token&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;

  HANDLE get() const { return handle_; }
  // Gives it to somebody else, who closes it.
  HANDLE Release();
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  HANDLE handle_ = nullptr;
};

// What GetTokenInformation says. A member that the system does not have keeps
// its value from here.
class TokenFacts {
 public:
  // ERROR_SUCCESS, or the first error of those that cannot be done without.
  DWORD Read(HANDLE token);

  const SID_AND_ATTRIBUTES& user() const;
  DWORD group_count() const;
  const SID_AND_ATTRIBUTES& group(DWORD index) const;

  TOKEN_STATISTICS statistics{};
  DWORD impersonation_level = SecurityAnonymous;
  DWORD elevated = 0;
  DWORD elevation_type = 0;
  DWORD integrity = UINT32_MAX;
  bool restricted = false;

 private:
  ZeroedBuffer user_;
  ZeroedBuffer groups_;
};

// A SID as text, S-1-…; false if there is no memory or it is no SID.
class SidText {
 public:
  explicit SidText(PSID sid);
  ~SidText();
  SidText(const SidText&) = delete;
  SidText& operator=(const SidText&) = delete;

  const wchar_t* get() const { return text_; }

 private:
  wchar_t* text_ = nullptr;
};

// A handle to the same token for another purpose. ERROR_SUCCESS or an error.
DWORD DuplicateAs(HANDLE token, bool primary, SECURITY_IMPERSONATION_LEVEL level, Token* copy);
// A second handle to the token, of this process.
DWORD DuplicateHere(HANDLE token, Token* copy);
// The value of a new handle in another process.
DWORD DuplicateInto(HANDLE token, DWORD process_id, uint64_t* value);
// Takes a handle over that somebody else made in this process; an error if it
// is none of a token.
DWORD AdoptToken(uint64_t value, Token* token);

}  // namespace secur32

#endif  // SECUR32_SYSTEM_TOKEN_H_
