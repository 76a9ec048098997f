#include "scripted/buffers.h"
#include "scripted/functions.h"
#include "scripted/gates.h"
#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/script.h"
#include "scripted/sealing.h"

namespace secur32::scripted {
namespace {

struct MessageArguments {
  Call call;
  CtxtHandle* context;
  SecBufferDesc* message;
  ULONG sequence;
  // Of calls that protect.
  ULONG asked;
  // Of calls that unprotect; they say what the protection was.
  ULONG* found;
};

bool Protects(Call call) { return call == Call::kEncrypt || call == Call::kMakeSignature; }

// False if there is no message to work on.
bool CheckContract(const MessageArguments& call) {
  const Text during = Text(NameOf(call.call)).Add(": ");
  const auto complain = [&](const char* text) { ReportViolation(Text(during).Add(text)); };
  if (!Protects(call.call)) {
    if (call.found == nullptr) {
      complain("pfQOP is NULL");
    } else if (*call.found != 0) {
      complain("pfQOP is not zeroed");
    }
  }
  if (call.message == nullptr || call.message->cBuffers == 0) {
    complain("no message");
    return false;
  }
  if (call.message->ulVersion != SECBUFFER_VERSION) complain("the version of a SecBufferDesc");
  return true;
}

SECURITY_STATUS DoAsUsual(const MessageArguments& call) {
  switch (call.call) {
    case Call::kEncrypt:
      Seal(call.asked, call.message);
      return SEC_E_OK;
    case Call::kMakeSignature:
      MakeSignature(call.message);
      return SEC_E_OK;
    case Call::kDecrypt:
      return Unseal(call.message, call.found);
    default:
      return CheckSignature(call.message);
  }
}

SECURITY_STATUS Run(const MessageArguments& call) {
  JournalEntry entry(call.call);
  InsideCall inside(call.call);
  if (!inside.EnterContext(call.context)) return SEC_E_INVALID_HANDLE;
  const uint32_t script = inside.context().script;
  entry.Number("context", inside.context().id).Number("script", script);
  if (Protects(call.call)) entry.Number("qop", call.asked);
  entry.Number("sequence", call.sequence).Input(call.message);
  if (!CheckContract(call)) return SEC_E_INVALID_TOKEN;

  const Answer answer = NextAnswer(script, call.call, Answer());
  Hang(answer);
  SECURITY_STATUS status = answer.status;
  if (status == SEC_E_OK && answer.outputs.empty()) {
    status = DoAsUsual(call);
  } else {
    ApplyToMessage(answer.outputs, call.message);
  }
  if (answer.sets_attributes && call.found != nullptr) *call.found = answer.attributes;
  entry.Write(status);
  return status;
}

}  // namespace

SECURITY_STATUS SEC_ENTRY Encrypt(CtxtHandle* context, ULONG protection, SecBufferDesc* message,
                                  ULONG sequence) {
  return Run({Call::kEncrypt, context, message, sequence, protection, nullptr});
}

SECURITY_STATUS SEC_ENTRY Decrypt(CtxtHandle* context, SecBufferDesc* message, ULONG sequence,
                                  ULONG* protection) {
  return Run({Call::kDecrypt, context, message, sequence, 0, protection});
}

SECURITY_STATUS SEC_ENTRY Sign(CtxtHandle* context, ULONG protection, SecBufferDesc* message,
                               ULONG sequence) {
  return Run({Call::kMakeSignature, context, message, sequence, protection, nullptr});
}

SECURITY_STATUS SEC_ENTRY Verify(CtxtHandle* context, SecBufferDesc* message, ULONG sequence,
                                 ULONG* protection) {
  return Run({Call::kVerifySignature, context, message, sequence, 0, protection});
}

}  // namespace secur32::scripted
