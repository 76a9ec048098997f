#include "sspi/leg.h"

#include <algorithm>

#include "sspi/provider.h"
#include "sspi/secur32_api.h"

namespace secur32 {
namespace {

// The same bit on both sides, unlike most.
static_assert(ISC_REQ_ALLOCATE_MEMORY == ASC_REQ_ALLOCATE_MEMORY);
constexpr uint32_t kAllocateMemory = ISC_REQ_ALLOCATE_MEMORY;

bool Failed(SECURITY_STATUS status) { return status < 0; }

bool HasTrait(const Leg& leg, ProviderTrait trait) {
  return (leg.credential->traits() & trait) != 0;
}

bool IsPlainToken(uint32_t type) { return PlainType(type) == SECBUFFER_TOKEN; }

// For packages that look at the first buffer only, and not at what it is.
bool FirstBuffersAreTokens(const Leg& leg, const OutputRequest* requests, uint32_t count) {
  if (count == 0 || !IsPlainToken(requests[0].type)) return false;
  if (leg.input.count() > 0) return IsPlainToken(leg.input.type(0));
  // Only a client may begin with nothing.
  return leg.side == LegSide::kInitialize && leg.context == nullptr;
}

// Whether the package is asked to allocate its output. Takes the bit away
// where it would crash, and sets it where the size of a token is not bounded.
bool DecideAllocation(Leg* leg, const OutputRequest* requests, uint32_t count) {
  const bool asked = (leg->context_req & kAllocateMemory) != 0;
  const bool sized = std::any_of(requests, requests + count, [](const OutputRequest& request) {
    return IsPlainToken(request.type) && request.size != kDefaultSize;
  });
  bool allocate = asked || (HasTrait(*leg, kAllocatesOutput) && !sized);
  if (leg->side == LegSide::kAccept && HasTrait(*leg, kAcceptCannotAllocate)) allocate = false;
  if (allocate) {
    leg->context_req |= kAllocateMemory;
  } else {
    leg->context_req &= ~kAllocateMemory;
  }
  return allocate;
}

// Which outputs of a failed leg must still reach the peer: an alert, or the
// error token that the returned attributes announce.
bool IsFailureToken(const Leg& leg, uint32_t index) {
  const uint32_t type = PlainType(leg.output.type(index));
  if (type == SECBUFFER_ALERT) return true;
  const uint32_t extended_error =
      leg.side == LegSide::kInitialize ? ISC_RET_EXTENDED_ERROR : ASC_RET_EXTENDED_ERROR;
  return type == SECBUFFER_TOKEN && (leg.context_attr & extended_error) != 0;
}

void DiscardAllButFailureTokens(Leg* leg) {
  for (uint32_t i = 0; i < leg->output.count(); ++i) {
    if (!IsFailureToken(*leg, i)) leg->output.Discard(i);
  }
}

SECURITY_STATUS CallPackage(Leg* leg, CtxtHandle* handle, ULONG* attributes, TimeStamp* expiry) {
  // Not NULL on later legs either, and then the same address as the context:
  // older pages say otherwise, and some packages fail.
  CtxtHandle* const old_context = leg->context == nullptr ? nullptr : handle;
  if (leg->side == LegSide::kInitialize) {
    return Api().InitializeSecurityContextW(leg->credential->handle(), old_context,
                                            leg->target_name.get(), leg->context_req, 0,
                                            leg->data_rep, leg->input.descriptor(), 0, handle,
                                            leg->output.descriptor(), attributes, expiry);
  }
  return Api().AcceptSecurityContext(leg->credential->handle(), old_context,
                                     leg->input.descriptor(), leg->context_req, leg->data_rep,
                                     handle, leg->output.descriptor(), attributes, expiry);
}

// A stream package that wants more bytes has not touched the context.
bool IsOnlyIncomplete(const Leg& leg) {
  return leg.status == SEC_E_INCOMPLETE_MESSAGE && HasTrait(leg, kStreamPackage);
}

}  // namespace

LegPreparation PrepareLeg(Leg* leg, const OutputRequest* requests, uint32_t count) {
  const bool first_is_token = HasTrait(*leg, kFirstBufferIsToken);
  if (first_is_token && !FirstBuffersAreTokens(*leg, requests, count)) {
    return LegPreparation::kUnsafeBuffers;
  }
  const bool allocate = DecideAllocation(leg, requests, count);
  const uint32_t max_token = leg->credential->max_token();
  for (uint32_t i = 0; i < count; ++i) {
    const OutputRequest& request = requests[i];
    const bool token = IsPlainToken(request.type);
    // An alert is in memory of the package whether it allocates tokens or not.
    const bool alert = PlainType(request.type) == SECBUFFER_ALERT;
    bool added;
    if (alert || (token ? allocate : request.size == kDefaultSize)) {
      added = leg->output.AddForPackage(request.type);
    } else {
      const uint32_t size = request.size == kDefaultSize ? max_token : request.size;
      const uint32_t reserve = first_is_token && size < max_token ? max_token - size : 0;
      added = leg->output.AddOwn(request.type, size, reserve);
    }
    if (!added) return LegPreparation::kNoMemory;
  }
  return LegPreparation::kReady;
}

void RunLeg(Leg* leg) {
  // Zero before the call, because some packages do not write them at all.
  CtxtHandle handle{};
  ULONG attributes = 0;
  TimeStamp expiry{};
  if (leg->context != nullptr) handle = *leg->context->handle();

  leg->status = CallPackage(leg, &handle, &attributes, &expiry);
  leg->context_attr = attributes;
  leg->expiry = expiry.QuadPart;
  leg->output.Settle();
  if (HasTrait(*leg, kFirstBufferIsToken)) leg->output.Retype(0, SECBUFFER_TOKEN);

  if (Failed(leg->status)) {
    // What stands in `handle` now means nothing: packages write it before
    // they fail. The context of the leg before keeps its own.
    if (!IsOnlyIncomplete(*leg)) {
      if (leg->context != nullptr) leg->context->MarkFailed();
    }
    DiscardAllButFailureTokens(leg);
    return;
  }
  if (leg->context == nullptr) {
    leg->created = std::make_shared<Context>(handle, leg->side, leg->credential);
    leg->created->SetEstablished(leg->status == SEC_E_OK);
  } else {
    leg->context->Replace(handle);
    leg->context->SetEstablished(leg->status == SEC_E_OK);
    leg->replaced = leg->context->Pin(leg->credential);
  }
}

void RunCompleteToken(CompleteToken* complete) {
  complete->status =
      Api().CompleteAuthToken(complete->context->handle(), complete->token.descriptor());
  if (Failed(complete->status)) complete->context->MarkFailed();
}

}  // namespace secur32
