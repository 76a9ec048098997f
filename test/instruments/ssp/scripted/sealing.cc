#include "scripted/sealing.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace secur32::scripted {
namespace {

constexpr ULONG kTokenSize = 8;
constexpr char kSealed[] = "sealed!!";
constexpr char kPlain[] = "plain!!!";
constexpr char kSigned[] = "signed!!";
constexpr uint8_t kTurn = 0x5a;
// SECQOP_WRAP_NO_ENCRYPT
constexpr ULONG kWithoutEncryption = 0x80000001;

ULONG TypeOf(const SecBuffer& buffer) { return buffer.BufferType & ~SECBUFFER_ATTRMASK; }

// Of either kind: with a checksum or without.
bool IsReadOnly(const SecBuffer& buffer) { return (buffer.BufferType & SECBUFFER_ATTRMASK) != 0; }

SecBuffer* Find(ULONG type, const SecBufferDesc* message) {
  for (ULONG i = 0; i < message->cBuffers; ++i) {
    if (TypeOf(message->pBuffers[i]) == type) return &message->pBuffers[i];
  }
  return nullptr;
}

void WriteToken(const char* token, SecBufferDesc* message) {
  SecBuffer* const buffer = Find(SECBUFFER_TOKEN, message);
  if (buffer == nullptr || buffer->pvBuffer == nullptr) return;
  buffer->cbBuffer = std::min(buffer->cbBuffer, kTokenSize);
  std::memcpy(buffer->pvBuffer, token, buffer->cbBuffer);
}

bool BeginsWith(const char* token, const SecBuffer& buffer) {
  return buffer.pvBuffer != nullptr && buffer.cbBuffer >= kTokenSize &&
         std::memcmp(buffer.pvBuffer, token, kTokenSize) == 0;
}

void Turn(void* memory, ULONG size) {
  auto* const bytes = static_cast<uint8_t*>(memory);
  for (ULONG i = 0; i < size; ++i) bytes[i] ^= kTurn;
}

void TurnData(SecBufferDesc* message) {
  for (ULONG i = 0; i < message->cBuffers; ++i) {
    const SecBuffer& buffer = message->pBuffers[i];
    if (TypeOf(buffer) != SECBUFFER_DATA || IsReadOnly(buffer) || buffer.pvBuffer == nullptr) {
      continue;
    }
    Turn(buffer.pvBuffer, buffer.cbBuffer);
  }
}

// The data becomes what follows the token in the stream.
void TakeFromStream(const SecBuffer& stream, SecBuffer* data) {
  data->pvBuffer = static_cast<uint8_t*>(stream.pvBuffer) + kTokenSize;
  data->cbBuffer = stream.cbBuffer - kTokenSize;
}

}  // namespace

void Seal(ULONG protection, SecBufferDesc* message) {
  const bool encrypts = protection != kWithoutEncryption;
  WriteToken(encrypts ? kSealed : kPlain, message);
  if (encrypts) TurnData(message);
  SecBuffer* const padding = Find(SECBUFFER_PADDING, message);
  if (padding != nullptr) padding->cbBuffer = 0;
}

SECURITY_STATUS Unseal(SecBufferDesc* message, ULONG* protection) {
  const SecBuffer* const stream = Find(SECBUFFER_STREAM, message);
  const SecBuffer* const token = stream != nullptr ? stream : Find(SECBUFFER_TOKEN, message);
  SecBuffer* const data = Find(SECBUFFER_DATA, message);
  if (token == nullptr || (stream != nullptr && data == nullptr)) return SEC_E_INVALID_TOKEN;
  const bool encrypted = BeginsWith(kSealed, *token);
  if (!encrypted && !BeginsWith(kPlain, *token)) return SEC_E_MESSAGE_ALTERED;
  if (stream != nullptr) TakeFromStream(*stream, data);
  if (encrypted) {
    TurnData(message);
  } else if (protection != nullptr) {
    *protection = kWithoutEncryption;
  }
  return SEC_E_OK;
}

void MakeSignature(SecBufferDesc* message) { WriteToken(kSigned, message); }

SECURITY_STATUS CheckSignature(const SecBufferDesc* message) {
  const SecBuffer* const token = Find(SECBUFFER_TOKEN, message);
  if (token == nullptr) return SEC_E_INVALID_TOKEN;
  return BeginsWith(kSigned, *token) ? SEC_E_OK : SEC_E_MESSAGE_ALTERED;
}

}  // namespace secur32::scripted
