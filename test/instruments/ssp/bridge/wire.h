// What the package and the program on Linux say to each other
// (tools/testbed/session/bridge/wire.py).
//
// A frame is its size, the number of the call, and a body. Numbers are
// little-endian; bytes have their size before them, and a size of all ones says
// that there are none. Text is UTF-16.
#ifndef SECUR32_TEST_SSP_BRIDGE_WIRE_H_
#define SECUR32_TEST_SSP_BRIDGE_WIRE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sspi/windows_sspi.h"

namespace secur32::bridge {

// In the order of CALLS in serve.py.
enum class Operation : uint32_t {
  kAcquire,
  kFree,
  kLeg,
  kDescribe,
  kSessionKey,
  kIdentity,
  kWrap,
  kUnwrap,
  kSign,
  kVerify,
};

class Request {
 public:
  explicit Request(Operation operation) { Number(static_cast<uint32_t>(operation)); }
  // It may have a password in it.
  ~Request();
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  Request& Number(uint32_t number);
  Request& LongNumber(uint64_t number);
  // None for a null pointer.
  Request& Bytes(const void* bytes, size_t size);
  Request& Bytes(const SecBuffer* buffer);
  Request& Text(const wchar_t* text);
  Request& Text(const wchar_t* text, size_t length);

  const std::vector<uint8_t>& body() const { return body_; }

 private:
  void Add(const void* bytes, size_t size);

  std::vector<uint8_t> body_;
};

// Reads what the program wrote; of a body that is too short, zeros and nothing.
class Answer {
 public:
  // One of a failure.
  explicit Answer(SECURITY_STATUS status) : status_(status) {}
  explicit Answer(std::vector<uint8_t> body);

  SECURITY_STATUS status() const { return status_; }
  uint32_t Number();
  uint64_t LongNumber();
  std::vector<uint8_t> Bytes();
  std::u16string Text();

 private:
  bool Take(void* target, size_t size);

  std::vector<uint8_t> body_;
  size_t at_ = 0;
  SECURITY_STATUS status_;
};

}  // namespace secur32::bridge

#endif  // SECUR32_TEST_SSP_BRIDGE_WIRE_H_
