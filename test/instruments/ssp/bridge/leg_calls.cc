#include <cstring>

#include "bridge/connection.h"
#include "bridge/functions.h"
#include "bridge/message_buffers.h"
#include "bridge/remote_contexts.h"
#include "scripted/heap.h"
#include "scripted/ledger.h"
#include "scripted/names.h"

namespace secur32::bridge {
namespace {

using scripted::Call;
using scripted::InsideCall;

struct Leg {
  Call call;
  CredHandle* credential;
  CtxtHandle* context;
  const wchar_t* target_name;
  ULONG context_req;
  SecBufferDesc* input;
  CtxtHandle* new_context;
  SecBufferDesc* output;
  ULONG* attributes;
  TimeStamp* expiry;
};

// In the caller's memory, or in the package's, as he asked for.
SECURITY_STATUS GiveToken(const std::vector<uint8_t>& token, ULONG context_req,
                          SecBufferDesc* output) {
  SecBuffer* const buffer = FindBuffer(output, SECBUFFER_TOKEN);
  if (buffer == nullptr) return token.empty() ? SEC_E_OK : SEC_E_INVALID_TOKEN;
  static_assert(ISC_REQ_ALLOCATE_MEMORY == ASC_REQ_ALLOCATE_MEMORY);
  if ((context_req & ISC_REQ_ALLOCATE_MEMORY) != 0) {
    buffer->pvBuffer = token.empty() ? nullptr : scripted::AllocateForCaller(token.size());
  } else if (token.size() > buffer->cbBuffer) {
    return SEC_E_BUFFER_TOO_SMALL;
  }
  if (!token.empty()) std::memcpy(buffer->pvBuffer, token.data(), token.size());
  buffer->cbBuffer = static_cast<ULONG>(token.size());
  return SEC_E_OK;
}

SECURITY_STATUS Run(const Leg& leg) {
  InsideCall inside(leg.call);
  if (!inside.EnterCredential(leg.credential)) return SEC_E_INVALID_HANDLE;
  if (leg.context != nullptr && !inside.EnterContext(leg.context)) return SEC_E_INVALID_HANDLE;
  scripted::RememberUpperHalf(inside.credential().package, leg.credential->dwUpper);
  Request request(Operation::kLeg);
  request.Number(leg.call == Call::kInitialize ? 1 : 0)
      .Number(RemoteOf(inside.credential()))
      .Number(leg.context == nullptr ? 0 : RemoteOf(inside.context()))
      .Text(leg.target_name)
      .Number(leg.context_req)
      .Bytes(FindBuffer(leg.input, SECBUFFER_TOKEN))
      .Bytes(FindBuffer(leg.input, SECBUFFER_CHANNEL_BINDINGS));
  Answer answer = bridge::Call(request);
  const uint32_t remote = answer.Number();
  *leg.attributes = answer.Number();
  leg.expiry->QuadPart = static_cast<LONGLONG>(answer.LongNumber());
  const SECURITY_STATUS given = GiveToken(answer.Bytes(), leg.context_req, leg.output);
  if (answer.status() < 0) return answer.status();
  if (leg.context == nullptr) {
    const scripted::ContextRecord record =
        scripted::OpenContext(inside.credential(), leg.new_context);
    leg.new_context->dwUpper = leg.credential->dwUpper;
    Remember(record, remote);
  } else {
    scripted::RebindContext(inside.context(), inside.credential());
  }
  return given < 0 ? given : answer.status();
}

}  // namespace

SECURITY_STATUS SEC_ENTRY Initialize(CredHandle* credential, CtxtHandle* context,
                                     SEC_WCHAR* target_name, ULONG context_req, ULONG, ULONG,
                                     SecBufferDesc* input, ULONG, CtxtHandle* new_context,
                                     SecBufferDesc* output, ULONG* attributes, TimeStamp* expiry) {
  return Run({Call::kInitialize, credential, context, target_name, context_req, input, new_context,
              output, attributes, expiry});
}

SECURITY_STATUS SEC_ENTRY Accept(CredHandle* credential, CtxtHandle* context, SecBufferDesc* input,
                                 ULONG context_req, ULONG, CtxtHandle* new_context,
                                 SecBufferDesc* output, ULONG* attributes, TimeStamp* expiry) {
  return Run({Call::kAccept, credential, context, nullptr, context_req, input, new_context, output,
              attributes, expiry});
}

SECURITY_STATUS SEC_ENTRY Delete(CtxtHandle* context) {
  InsideCall inside(Call::kDelete);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  Request request(Operation::kFree);
  request.Number(RemoteOf(inside.context()));
  const SECURITY_STATUS status = bridge::Call(request).status();
  Forget(inside.context());
  scripted::CloseContext(inside.context());
  return status;
}

}  // namespace secur32::bridge
