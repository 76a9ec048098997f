#include "sspi/message.h"

#include <algorithm>

#include "sspi/gss_message.h"
#include "sspi/provider.h"
#include "sspi/secur32_api.h"

namespace secur32 {
namespace {

// The signature of NTLM, and less than that of any other package.
constexpr uint32_t kShortestToken = 16;
constexpr ULONG kNtlmSignature = 16;

bool IsMade(MessageCall call) {
  return call == MessageCall::kEncrypt || call == MessageCall::kMakeSignature;
}

// The sizes as the package says them, which also tell which one it is that
// another hands through; zeros where there are none.
SecPkgContext_Sizes OwnSizes(Context* context) {
  SecPkgContext_Sizes sizes{};
  if (Api().QueryContextAttributesW(context->handle(), SECPKG_ATTR_SIZES, &sizes) < 0) return {};
  return sizes;
}

bool HasNoKeys(const Context& context, const SecPkgContext_Sizes& sizes) {
  return (context.traits() & kMessagesWithoutKeys) != 0 && sizes.cbMaxSignature == kNtlmSignature &&
         (context.side() == LegSide::kAccept || !context.established());
}

// A record that is shorter than its header, which its package would read beyond
// its end: what it says of it, without asking it.
bool IsLessThanHeader(Message* message, Context* context) {
  if ((context->traits() & kReadsWholeHeader) == 0) return false;
  MessageBuffers& buffers = message->buffers;
  const uint32_t data = buffers.Find(SECBUFFER_DATA);
  SecPkgContext_StreamSizes sizes{};
  if (data == kNowhere ||
      Api().QueryContextAttributesW(context->handle(), SECPKG_ATTR_STREAM_SIZES, &sizes) < 0 ||
      buffers.capacity(data) >= sizes.cbHeader) {
    return false;
  }
  buffers.Resize(data, sizes.cbHeader - buffers.capacity(data));
  buffers.Retype(data, SECBUFFER_MISSING);
  message->status = SEC_E_INCOMPLETE_MESSAGE;
  return true;
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

MessageCheck CheckMessage(const Message& message, Context* context) {
  if ((context->traits() & kTokenNotMeasured) == 0) return MessageCheck::kFine;
  SecPkgContext_Sizes sizes = OwnSizes(context);
  // NTLM signs all data, but encrypts one buffer of it; Kerberos sees one only.
  const bool signs_all = sizes.cbMaxSignature == kNtlmSignature;
  const MessageBuffers& buffers = message.buffers;
  uint32_t data = 0;
  for (uint32_t i = 0; i < buffers.count(); ++i) {
    if (PlainType(buffers.type(i)) != SECBUFFER_DATA) continue;
    const bool is_marked = buffers.type(i) != SECBUFFER_DATA;
    // What is to be signed only would be encrypted.
    if (is_marked && !signs_all) return MessageCheck::kIgnoresData;
    if (!is_marked) ++data;
  }
  const bool signs =
      message.call == MessageCall::kMakeSignature || message.call == MessageCall::kVerifySignature;
  if (data > 1 && !(signs && signs_all)) return MessageCheck::kIgnoresData;
  if (!IsMade(message.call)) return MessageCheck::kFine;
  CorrectSizes(context, &sizes);
  const uint32_t needed = signs ? sizes.cbMaxSignature : sizes.cbSecurityTrailer;
  return needed > 0 && buffers.SmallestOf(SECBUFFER_TOKEN) >= needed
             ? MessageCheck::kFine
             : MessageCheck::kWritesPastToken;
}

void CorrectSizes(Context* context, SecPkgContext_Sizes* sizes) {
  if (!CutsGssTokens(context, *sizes)) return;
  sizes->cbSecurityTrailer = kGssHeadBytes;
}

void RunMessage(Message* message, Context* context) {
  // Zero before the call, because some packages do not write it.
  ULONG found = 0;
  CtxtHandle* const handle = context->handle();
  SecBufferDesc* const buffers = message->buffers.descriptor();
  const bool may_deviate = (context->traits() & kTokenNotMeasured) != 0;
  const SecPkgContext_Sizes sizes = may_deviate ? OwnSizes(context) : SecPkgContext_Sizes{};
  if (HasNoKeys(*context, sizes)) {
    message->status = SEC_E_UNSUPPORTED_FUNCTION;
    return;
  }
  if (CutsGssTokens(context, sizes)) {
    if (message->call == MessageCall::kEncrypt) return EncryptGssMessage(message, context);
    if (message->call == MessageCall::kDecrypt) {
      DecryptGssMessage(message, context, &found);
      message->qop = found;
      return;
    }
  }
  if (!IsMade(message->call) && may_deviate &&
      message->buffers.SmallestOf(SECBUFFER_TOKEN) < kShortestToken) {
    // The package would read past it.
    message->status = SEC_E_INVALID_TOKEN;
    return;
  }
  if (message->call == MessageCall::kDecrypt && IsLessThanHeader(message, context)) return;
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
