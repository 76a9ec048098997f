#include "named-ntlm/token_buffers.h"

#include <cstring>

namespace secur32::named_ntlm {

SecBuffer* FindBuffer(const SecBufferDesc* buffers, ULONG type) {
  if (buffers == nullptr) return nullptr;
  for (ULONG i = 0; i < buffers->cBuffers; ++i) {
    SecBuffer* const buffer = &buffers->pBuffers[i];
    if ((buffer->BufferType & ~SECBUFFER_ATTRMASK) == type) return buffer;
  }
  return nullptr;
}

SECURITY_STATUS TakeToken(const SecBufferDesc* input, ZeroedBuffer* token) {
  const SecBuffer* const buffer = FindBuffer(input, SECBUFFER_TOKEN);
  if (buffer == nullptr || buffer->cbBuffer == 0) return SEC_E_OK;
  if (buffer->pvBuffer == nullptr) return SEC_E_INVALID_TOKEN;
  if (!token->Allocate(buffer->cbBuffer)) return SEC_E_INSUFFICIENT_MEMORY;
  std::memcpy(token->data(), buffer->pvBuffer, buffer->cbBuffer);
  return SEC_E_OK;
}

SECURITY_STATUS GiveToken(const SecBuffer& token, bool allocate, SecBufferDesc* output) {
  if (token.cbBuffer == 0) {
    GiveNothing(allocate, output);
    return SEC_E_OK;
  }
  SecBuffer* const buffer = FindBuffer(output, SECBUFFER_TOKEN);
  if (buffer == nullptr) return SEC_E_BUFFER_TOO_SMALL;
  if (allocate) {
    buffer->pvBuffer = HeapAlloc(GetProcessHeap(), 0, token.cbBuffer);
    if (buffer->pvBuffer == nullptr) return SEC_E_INSUFFICIENT_MEMORY;
  } else if (buffer->pvBuffer == nullptr || buffer->cbBuffer < token.cbBuffer) {
    return SEC_E_BUFFER_TOO_SMALL;
  }
  std::memcpy(buffer->pvBuffer, token.pvBuffer, token.cbBuffer);
  buffer->cbBuffer = token.cbBuffer;
  return SEC_E_OK;
}

void GiveNothing(bool allocate, SecBufferDesc* output) {
  SecBuffer* const buffer = FindBuffer(output, SECBUFFER_TOKEN);
  if (buffer == nullptr) return;
  if (allocate) buffer->pvBuffer = nullptr;
  buffer->cbBuffer = 0;
}

}  // namespace secur32::named_ntlm
