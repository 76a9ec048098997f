// Messages in memory of their own, each buffer in a block that ends where it does.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_MESSAGES_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_MESSAGES_H_

#include <cstdint>
#include <vector>

#include "sspi/message.h"

namespace secur32::sanitize {

constexpr MessageCall kMessageCalls[] = {MessageCall::kEncrypt, MessageCall::kDecrypt,
                                         MessageCall::kMakeSignature,
                                         MessageCall::kVerifySignature};

struct Part {
  uint32_t type;
  std::vector<uint8_t> bytes;
  // Otherwise NULL.
  bool present = true;
};

// Adds what stays in `parts`; false if a buffer is refused.
bool FillMessage(std::vector<Part>* parts, MessageBuffers* buffers);

// Reads whatever the addon would give JavaScript, as a sum.
uint32_t ReadMessage(const std::vector<Part>& parts, const MessageBuffers& buffers);

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_MESSAGES_H_
