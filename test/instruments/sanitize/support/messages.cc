#include "support/messages.h"

#include "support/sums.h"

namespace secur32::sanitize {

bool FillMessage(std::vector<Part>* parts, MessageBuffers* buffers) {
  for (Part& part : *parts) {
    uint8_t* const memory = part.present ? part.bytes.data() : nullptr;
    if (!buffers->Add(part.type, memory, part.present ? part.bytes.size() : 0)) return false;
  }
  return true;
}

uint32_t ReadMessage(const std::vector<Part>& parts, const MessageBuffers& buffers) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < buffers.count(); ++i) {
    const uint32_t source = buffers.source(i);
    if (source == kNowhere) continue;
    sum += Sum(parts[source].bytes.data() + buffers.offset(i), buffers.size(i));
  }
  return sum;
}

}  // namespace secur32::sanitize
