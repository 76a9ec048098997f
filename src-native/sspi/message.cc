#include "sspi/message.h"

#include <algorithm>

#include "sspi/gss_message.h"
#include "sspi/provider.h"
#include "sspi/secur32_api.h"

namespace secur32 {
namespace {

// NTLM's, and less than that of any other package.
constexpr uint32_t kShortestToken = 16;
// Kerberos's with the longest checksum, whatever SECPKG_ATTR_SIZES says.
constexpr uint32_t kLongestSignature = 40;
// What SECPKG_ATTR_SIZES says for Kerberos in DCE style, whose messages are others.
constexpr uint32_t kDceSignature = 28;

bool IsMade(MessageCall call) {
  return call == MessageCall::kEncrypt || call == MessageCall::kMakeSignature;
}

bool ReadSizes(Context* context, SecPkgContext_Sizes* sizes) {
  return Api().QueryContextAttributesW(context->handle(), SECPKG_ATTR_SIZES, sizes) >= 0;
}

bool IsNtlm(const SecPkgContext_Sizes& sizes) { return sizes.cbMaxSignature == kShortestToken; }

bool IsDceStyle(const SecPkgContext_Sizes& sizes) { return sizes.cbMaxSignature == kDceSignature; }

// One buffer of data and nothing beside it that were to be protected.
bool HasOneData(const MessageBuffers& buffers) {
  uint32_t data = 0;
  for (uint32_t i = 0; i < buffers.count(); ++i) {
    const uint32_t type = buffers.type(i);
    if (type == SECBUFFER_DATA) {
      ++data;
    } else if (type != SECBUFFER_TOKEN && type != SECBUFFER_PADDING && type != SECBUFFER_EMPTY &&
               type != SECBUFFER_STREAM) {
      return false;
    }
  }
  return data == 1;
}

}  // namespace

bool MessageBuffers::Add(uint32_t type, uint8_t* data, size_t size) {
  if (count_ == kMaxSecBuffers || size > UINT32_MAX) return false;
  const auto capacity = static_cast<uint32_t>(size);
  buffers_[count_] = {capacity, type, data};
  memory_[count_] = data;
  capacity_[count_] = capacity;
  ++count_;
  return true;
}

bool MessageBuffers::LiesIn(uint32_t index, uint32_t source) const {
  const uint8_t* const memory = memory_[source];
  const auto* const place = static_cast<const uint8_t*>(buffers_[index].pvBuffer);
  if (memory == nullptr || place == nullptr || place < memory) return false;
  const auto offset = static_cast<size_t>(place - memory);
  return offset <= capacity_[source] && buffers_[index].cbBuffer <= capacity_[source] - offset;
}

uint32_t MessageBuffers::source(uint32_t index) const {
  if (LiesIn(index, index)) return index;
  for (uint32_t i = 0; i < count_; ++i) {
    if (LiesIn(index, i)) return i;
  }
  return kNowhere;
}

uint32_t MessageBuffers::offset(uint32_t index) const {
  const uint32_t found = source(index);
  if (found == kNowhere) return 0;
  return static_cast<uint32_t>(static_cast<const uint8_t*>(buffers_[index].pvBuffer) -
                               memory_[found]);
}

uint32_t MessageBuffers::Find(uint32_t plain_type) const {
  for (uint32_t i = 0; i < count_; ++i) {
    if (PlainType(buffers_[i].BufferType) == plain_type) return i;
  }
  return kNowhere;
}

void MessageBuffers::Place(uint32_t index, uint8_t* data, uint32_t size) {
  buffers_[index].pvBuffer = data;
  buffers_[index].cbBuffer = size;
}

SecBufferDesc* MessageBuffers::descriptor() {
  descriptor_ = {SECBUFFER_VERSION, count_, buffers_};
  return &descriptor_;
}

bool IsSafeMessage(const Message& message, Context* context) {
  if ((context->traits() & kSimpleMessages) == 0) return true;
  if (!HasOneData(message.buffers)) return false;
  if (!IsMade(message.call)) return true;
  const uint32_t token = message.buffers.Find(SECBUFFER_TOKEN);
  SecPkgContext_Sizes sizes{};
  if (token == kNowhere || !ReadSizes(context, &sizes)) return false;
  const bool encrypts = message.call == MessageCall::kEncrypt;
  const uint32_t needed = encrypts ? sizes.cbSecurityTrailer
                          : IsNtlm(sizes)
                              ? sizes.cbMaxSignature
                              : std::max<uint32_t>(sizes.cbMaxSignature, kLongestSignature);
  return message.buffers.capacity(token) >= needed;
}

namespace {

// DecryptMessage and VerifySignature of a package that reads its token without
// a look at its size.
SECURITY_STATUS ReadSimpleMessage(Message* message, Context* context, ULONG* qop) {
  MessageBuffers& buffers = message->buffers;
  const uint32_t token = buffers.Find(SECBUFFER_TOKEN);
  SecPkgContext_Sizes sizes{};
  if (!ReadSizes(context, &sizes)) return SEC_E_INVALID_TOKEN;
  const bool decrypts = message->call == MessageCall::kDecrypt;
  if (decrypts && !IsNtlm(sizes) && !IsDceStyle(sizes)) {
    return DecryptGssMessage(context, &buffers, message->sequence, qop);
  }
  if (token == kNowhere || buffers.capacity(token) < kShortestToken) return SEC_E_INVALID_TOKEN;
  const auto read = decrypts ? Api().DecryptMessage : Api().VerifySignature;
  return read(context->handle(), buffers.descriptor(), message->sequence, qop);
}

}  // namespace

void RunMessage(Message* message, Context* context) {
  // Zero before the call, because some packages do not write it.
  ULONG found = 0;
  if (!IsMade(message->call) && (context->traits() & kSimpleMessages) != 0) {
    message->status = ReadSimpleMessage(message, context, &found);
    message->qop = found;
    return;
  }
  CtxtHandle* const handle = context->handle();
  SecBufferDesc* const buffers = message->buffers.descriptor();
  switch (message->call) {
    case MessageCall::kEncrypt:
      message->status = Api().EncryptMessage(handle, message->qop, buffers, message->sequence);
      return;
    case MessageCall::kMakeSignature:
      message->status = Api().MakeSignature(handle, message->qop, buffers, message->sequence);
      return;
    case MessageCall::kDecrypt:
      message->status = Api().DecryptMessage(handle, buffers, message->sequence, &found);
      break;
    case MessageCall::kVerifySignature:
      message->status = Api().VerifySignature(handle, buffers, message->sequence, &found);
      break;
  }
  message->qop = found;
}

}  // namespace secur32
