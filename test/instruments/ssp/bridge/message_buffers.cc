#include "bridge/message_buffers.h"

#include <cstring>

#include "sspi/sec_buffers.h"

namespace secur32::bridge {

SecBuffer* FindBuffer(SecBufferDesc* buffers, ULONG type) {
  for (ULONG i = 0; buffers != nullptr && i < buffers->cBuffers; ++i) {
    if (PlainType(buffers->pBuffers[i].BufferType) == type) return &buffers->pBuffers[i];
  }
  return nullptr;
}

std::vector<uint8_t> BytesOf(const SecBufferDesc* buffers, ULONG type) {
  std::vector<uint8_t> bytes;
  for (ULONG i = 0; buffers != nullptr && i < buffers->cBuffers; ++i) {
    const SecBuffer& buffer = buffers->pBuffers[i];
    if (PlainType(buffer.BufferType) != type || buffer.cbBuffer == 0) continue;
    const auto* const first = static_cast<const uint8_t*>(buffer.pvBuffer);
    bytes.insert(bytes.end(), first, first + buffer.cbBuffer);
  }
  return bytes;
}

bool Fill(SecBuffer* buffer, const std::vector<uint8_t>& bytes) {
  if (bytes.size() > buffer->cbBuffer) return false;
  if (!bytes.empty()) std::memcpy(buffer->pvBuffer, bytes.data(), bytes.size());
  buffer->cbBuffer = static_cast<ULONG>(bytes.size());
  return true;
}

}  // namespace secur32::bridge
