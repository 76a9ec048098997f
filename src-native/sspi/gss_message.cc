#include "sspi/gss_message.h"

#include <algorithm>
#include <cstring>

#include "sspi/provider.h"
#include "sspi/secur32_api.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {
namespace {

// KERBEROS_MAX_SIGNATURE of Wine; others stand for NTLM and for DCE style.
constexpr ULONG kGssMaxSignature = 37;

// The header of a Wrap token: RFC 4121, section 4.2.6.2.
constexpr uint32_t kHeaderBytes = 16;
constexpr uint32_t kFlags = 2;
constexpr uint32_t kExtraCount = 4;
constexpr uint32_t kRotation = 6;
constexpr uint8_t kSealed = 0x02;

constexpr uint32_t kConfounderBytes = 16;
// HMAC-SHA1-96, of the AES types that Active Directory has.
constexpr uint32_t kChecksumBytes = 12;

bool IsWrapToken(const uint8_t* token, size_t size) {
  return size >= kHeaderBytes && token[0] == 0x05 && token[1] == 0x04;
}

uint32_t ReadShort(const uint8_t* from) { return static_cast<uint32_t>(from[0]) << 8 | from[1]; }

// How much longer than its plain text a token is. The package copies as many
// bytes of plain text as we say there are.
uint32_t Overhead(const uint8_t* token) {
  const uint32_t extra = ReadShort(token + kExtraCount);
  if ((token[kFlags] & kSealed) == 0) return kHeaderBytes + extra;
  return kHeaderBytes + kConfounderBytes + kHeaderBytes + kChecksumBytes + extra;
}

// Brings what stands behind the text, but for the confounder, in front of it,
// and writes into the header that it was moved.
void Rotate(uint8_t* token, size_t size, uint32_t head) {
  if (!IsWrapToken(token, size) || ReadShort(token + kRotation) != 0) return;
  const uint32_t front =
      (token[kFlags] & kSealed) != 0 ? kHeaderBytes + kConfounderBytes : kHeaderBytes;
  if (head < front) return;
  const uint32_t moved = head - front;
  std::rotate(token + kHeaderBytes, token + size - moved, token + size);
  token[kRotation] = static_cast<uint8_t>(moved >> 8);
  token[kRotation + 1] = static_cast<uint8_t>(moved);
}

// The package's two halves of a token: the text, and what it adds.
class Halves {
 public:
  Halves(uint8_t* token, uint32_t text, uint32_t added)
      : buffers_{{text, SECBUFFER_DATA, token}, {added, SECBUFFER_TOKEN, token + text}} {}

  SecBufferDesc* descriptor() { return &descriptor_; }
  uint32_t added() const { return buffers_[1].cbBuffer; }

 private:
  SecBuffer buffers_[2];
  SecBufferDesc descriptor_{SECBUFFER_VERSION, 2, buffers_};
};

}  // namespace

bool CutsGssTokens(Context* context, const SecPkgContext_Sizes& sizes) {
  return (context->traits() & kCutsGssTokens) != 0 && sizes.cbMaxSignature == kGssMaxSignature;
}

void EncryptGssMessage(Message* message, Context* context) {
  MessageBuffers& buffers = message->buffers;
  const uint32_t head = buffers.Find(SECBUFFER_TOKEN);
  const uint32_t data = buffers.Find(SECBUFFER_DATA);
  if (head == kNowhere || data == kNowhere) {
    message->status = SEC_E_INVALID_TOKEN;
    return;
  }
  const uint32_t text = buffers.capacity(data);
  ZeroedBuffer token;
  if (!token.Allocate(size_t{text} + kGssHeadBytes)) {
    message->status = SEC_E_INSUFFICIENT_MEMORY;
    return;
  }
  if (text > 0) std::memcpy(token.data(), buffers.memory(data), text);
  Halves halves(token.data(), text, kGssHeadBytes);
  message->status =
      Api().EncryptMessage(context->handle(), message->qop, halves.descriptor(), message->sequence);
  if (message->status < 0) return;
  const uint32_t added = halves.added();
  if (added > buffers.capacity(head) || added > kGssHeadBytes) {
    message->status = SEC_E_BUFFER_TOO_SMALL;
    return;
  }
  Rotate(token.data(), size_t{text} + added, added);
  if (added > 0) std::memcpy(buffers.memory(head), token.data(), added);
  if (text > 0) std::memcpy(buffers.memory(data), token.data() + added, text);
  buffers.Resize(head, added);
  const uint32_t padding = buffers.Find(SECBUFFER_PADDING);
  if (padding != kNowhere) buffers.Resize(padding, 0);
}

void DecryptGssMessage(Message* message, Context* context, ULONG* found) {
  MessageBuffers& buffers = message->buffers;
  const uint32_t stream = buffers.Find(SECBUFFER_STREAM);
  const uint32_t head = stream == kNowhere ? buffers.Find(SECBUFFER_TOKEN) : stream;
  const uint32_t data = buffers.Find(SECBUFFER_DATA);
  message->status = SEC_E_INVALID_TOKEN;
  if (head == kNowhere || data == kNowhere) return;

  const uint32_t first = buffers.capacity(head);
  const uint32_t second = stream == kNowhere ? buffers.capacity(data) : 0;
  const size_t size = size_t{first} + second;
  ZeroedBuffer token;
  if (!token.Allocate(size)) {
    message->status = SEC_E_INSUFFICIENT_MEMORY;
    return;
  }
  if (first > 0) std::memcpy(token.data(), buffers.memory(head), first);
  if (second > 0) std::memcpy(token.data() + first, buffers.memory(data), second);
  if (!IsWrapToken(token.data(), size)) return;
  const uint32_t added = Overhead(token.data());
  if (added > size || size - added > UINT32_MAX) return;
  const auto text = static_cast<uint32_t>(size - added);
  if (stream == kNowhere && text > second) return;

  Halves halves(token.data(), text, added);
  message->status =
      Api().DecryptMessage(context->handle(), halves.descriptor(), message->sequence, found);
  if (message->status < 0) return;
  if (stream != kNowhere) {
    uint8_t* const place = buffers.memory(stream) + added;
    if (text > 0) std::memcpy(place, token.data(), text);
    buffers.Place(data, place, text);
    return;
  }
  if (text > 0) std::memcpy(buffers.memory(data), token.data(), text);
  buffers.Resize(data, text);
}

}  // namespace secur32
