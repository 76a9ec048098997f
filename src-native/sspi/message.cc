#include "sspi/message.h"

#include <algorithm>

#include "sspi/provider.h"
#include "sspi/secur32_api.h"

namespace secur32 {
namespace {

// The signature of NTLM, and less than that of any other package.
constexpr uint32_t kShortestToken = 16;

bool IsMade(MessageCall call) {
  return call == MessageCall::kEncrypt || call == MessageCall::kMakeSignature;
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

uint32_t MessageBuffers::SmallestOf(uint32_t plain_type) const {
  uint32_t smallest = UINT32_MAX;
  bool any = false;
  for (uint32_t i = 0; i < count_; ++i) {
    if (PlainType(buffers_[i].BufferType) != plain_type) continue;
    any = true;
    smallest = std::min(smallest, capacity_[i]);
  }
  return any ? smallest : 0;
}

SecBufferDesc* MessageBuffers::descriptor() {
  descriptor_ = {SECBUFFER_VERSION, count_, buffers_};
  return &descriptor_;
}

bool IsSafeMessage(const Message& message, Context* context) {
  if (!IsMade(message.call) || (context->traits() & kTokenNotMeasured) == 0) return true;
  SecPkgContext_Sizes sizes{};
  if (Api().QueryContextAttributesW(context->handle(), SECPKG_ATTR_SIZES, &sizes) < 0) return false;
  const bool encrypts = message.call == MessageCall::kEncrypt;
  const uint32_t needed = encrypts ? sizes.cbSecurityTrailer : sizes.cbMaxSignature;
  return message.buffers.SmallestOf(SECBUFFER_TOKEN) >= needed;
}

void RunMessage(Message* message, Context* context) {
  // Zero before the call, because some packages do not write it.
  ULONG found = 0;
  CtxtHandle* const handle = context->handle();
  SecBufferDesc* const buffers = message->buffers.descriptor();
  if (!IsMade(message->call) && (context->traits() & kTokenNotMeasured) != 0 &&
      message->buffers.SmallestOf(SECBUFFER_TOKEN) < kShortestToken) {
    // The package would read past it.
    message->status = SEC_E_INVALID_TOKEN;
    return;
  }
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
