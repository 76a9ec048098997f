#include "named-ntlm/leg.h"

#include <utility>

#include "named-ntlm/authenticate_message.h"
#include "named-ntlm/ntlm.h"
#include "named-ntlm/token_buffers.h"

namespace secur32::named_ntlm {
namespace {

// The same bits on both sides, unlike most.
static_assert(ISC_REQ_ALLOCATE_MEMORY == ASC_REQ_ALLOCATE_MEMORY);
static_assert(ISC_RET_ALLOCATED_MEMORY == ASC_RET_ALLOCATED_MEMORY);
static_assert(ISC_RET_CONFIDENTIALITY == ASC_RET_CONFIDENTIALITY);

bool Allocates(const LegArguments& leg) { return (leg.context_req & ISC_REQ_ALLOCATE_MEMORY) != 0; }

// One token and nothing else: Wine takes whatever comes first for it.
struct OneToken {
  explicit OneToken(ZeroedBuffer* memory)
      : buffer{static_cast<unsigned>(memory->size()), SECBUFFER_TOKEN, memory->data()} {}
  OneToken(const OneToken&) = delete;
  OneToken& operator=(const OneToken&) = delete;

  SecBuffer buffer;
  SecBufferDesc descriptor{SECBUFFER_VERSION, 1, &buffer};
};

// Wine allocates on one side only and writes to NULL on the other, so neither
// is asked to.
SECURITY_STATUS CallNtlm(const LegArguments& leg, Context* context, SecBufferDesc* input,
                         SecBufferDesc* output, TimeStamp* expiry) {
  CtxtHandle* const old_context = context->has_real ? &context->real : nullptr;
  CredHandle* const credential = &context->credential->real;
  const ULONG context_req = leg.context_req & ~static_cast<ULONG>(ISC_REQ_ALLOCATE_MEMORY);
  ULONG unreliable_attributes = 0;
  if (leg.side == Side::kClient) {
    return Secur32().InitializeSecurityContextW(
        credential, old_context, leg.target_name, context_req, 0, leg.data_rep, input, 0,
        &context->real, output, &unreliable_attributes, expiry);
  }
  return Secur32().AcceptSecurityContext(credential, old_context, input, context_req, leg.data_rep,
                                         &context->real, output, &unreliable_attributes, expiry);
}

// Wine says what it granted in this attribute only, and in the client's bits
// on both sides.
ULONG GrantedAttributes(Context* context) {
  SecPkgContext_Flags flags{};
  if (Secur32().QueryContextAttributesW(&context->real, SECPKG_ATTR_FLAGS, &flags) < 0) return 0;
  ULONG granted = flags.Flags & ISC_RET_CONFIDENTIALITY;
  if ((flags.Flags & ISC_RET_INTEGRITY) != 0) {
    granted |= context->side == Side::kClient ? ISC_RET_INTEGRITY : ASC_RET_INTEGRITY;
    // What is signed is numbered: the same bits on both sides.
    granted |= ISC_RET_REPLAY_DETECT | ISC_RET_SEQUENCE_DETECT;
  }
  return granted;
}

void Establish(Context* context, const ZeroedBuffer& token) {
  context->state = State::kEstablished;
  context->attributes = GrantedAttributes(context);
  if (context->side == Side::kClient) return;
  ZeroedText name;
  if (ReadClientName(token.data(), token.size(), context->unicode, &name)) {
    context->client_name = std::move(name);
  }
}

// Whether this leg needs a token: all but a client's first one do.
bool NeedsToken(const LegArguments& leg, const Context& context) {
  return leg.side == Side::kServer || context.has_real;
}

SECURITY_STATUS Continue(const LegArguments& leg, Context* context, TimeStamp* expiry) {
  if (context->state != State::kHandshaking) return SEC_E_OUT_OF_SEQUENCE;
  // Wine's NTLM would ignore them, and nobody would be protected.
  if (FindBuffer(leg.input, SECBUFFER_CHANNEL_BINDINGS) != nullptr) {
    return SEC_E_UNSUPPORTED_FUNCTION;
  }
  ZeroedBuffer token;
  SECURITY_STATUS status = TakeToken(leg.input, &token);
  if (status < 0) return status;
  if (!token.allocated() && NeedsToken(leg, *context)) return SEC_E_INVALID_TOKEN;

  ZeroedBuffer answer;
  if (!answer.Allocate(kMaxToken)) return SEC_E_INSUFFICIENT_MEMORY;
  OneToken input(&token);
  OneToken output(&answer);
  status = CallNtlm(leg, context, token.allocated() ? &input.descriptor : nullptr,
                    &output.descriptor, expiry);
  if (status < 0) return status;

  context->has_real = true;
  if (leg.side == Side::kServer && status == SEC_I_CONTINUE_NEEDED) {
    context->unicode = SettlesOnUnicode(answer.data(), output.buffer.cbBuffer);
  }
  const SECURITY_STATUS given = GiveToken(output.buffer, Allocates(leg), leg.output);
  if (given < 0) return given;
  if (status == SEC_E_OK) Establish(context, token);
  return status;
}

void WriteFacts(const LegArguments& leg, const Context& context, const TimeStamp& expiry) {
  if (leg.attributes != nullptr) {
    *leg.attributes = context.attributes | (Allocates(leg) ? ISC_RET_ALLOCATED_MEMORY : 0);
  }
  if (leg.expiry == nullptr || context.state != State::kEstablished) return;
  // Wine does not write it.
  leg.expiry->QuadPart = expiry.QuadPart == 0 ? kNever : expiry.QuadPart;
}

}  // namespace

SECURITY_STATUS RunLeg(const LegArguments& leg) {
  if (leg.new_context == nullptr) return SEC_E_INVALID_HANDLE;
  std::shared_ptr<Credential> credential = Credentials().Find(leg.credential);
  if (credential == nullptr) return SEC_E_INVALID_HANDLE;
  const bool first = leg.context == nullptr;
  const std::shared_ptr<Context> context =
      first ? std::make_shared<Context>(leg.side, credential) : Contexts().Find(leg.context);
  if (context == nullptr || context->side != leg.side) return SEC_E_INVALID_HANDLE;

  const Lock::Guard guard(&context->lock);
  context->credential = std::move(credential);
  TimeStamp expiry{};
  const SECURITY_STATUS status = Continue(leg, context.get(), &expiry);
  if (status < 0) {
    context->state = State::kFailed;
    GiveNothing(Allocates(leg), leg.output);
    return status;
  }
  WriteFacts(leg, *context, expiry);
  if (first) {
    leg.new_context->dwLower = Contexts().Add(context);
    leg.new_context->dwUpper = leg.credential->dwUpper;
  } else {
    *leg.new_context = *leg.context;
  }
  return status;
}

}  // namespace secur32::named_ntlm
