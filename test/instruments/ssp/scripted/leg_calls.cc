#include "scripted/buffers.h"
#include "scripted/functions.h"
#include "scripted/gates.h"
#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/names.h"
#include "scripted/script.h"

namespace secur32::scripted {
namespace {

// The arguments of both kinds of leg.
struct LegArguments {
  Call call;
  CredHandle* credential;
  CtxtHandle* context;
  const wchar_t* target_name;
  ULONG context_req;
  ULONG reserved1;
  ULONG reserved2;
  ULONG data_rep;
  SecBufferDesc* input;
  CtxtHandle* new_context;
  SecBufferDesc* output;
  ULONG* attributes;
  TimeStamp* expiry;
};

// What holds for every leg of every package.
void CheckContract(const LegArguments& leg) {
  const Text during = Text(NameOf(leg.call)).Add(": ");
  const auto complain = [&](const char* text) { ReportViolation(Text(during).Add(text)); };
  if (leg.reserved1 != 0 || leg.reserved2 != 0) complain("a reserved argument is not zero");
  if (leg.new_context == nullptr) complain("phNewContext is NULL");
  if (leg.context != nullptr && leg.new_context != leg.context) {
    complain("phNewContext is not phContext on a later leg");
  }
  if (leg.attributes == nullptr || *leg.attributes != 0) complain("pfContextAttr is not zeroed");
  if (leg.expiry == nullptr || leg.expiry->QuadPart != 0) complain("ptsExpiry is not zeroed");
  for (const SecBufferDesc* buffers : {leg.input, leg.output}) {
    if (buffers == nullptr) continue;
    if (buffers->ulVersion != SECBUFFER_VERSION) complain("the version of a SecBufferDesc");
    if (buffers->cBuffers == 0) complain("a SecBufferDesc without buffers");
  }
}

void JournalLeg(const LegArguments& leg, const InsideCall& inside, JournalEntry* entry) {
  entry->Number("credential", inside.credential().id).Number("script", inside.credential().script);
  if (leg.context != nullptr) entry->Number("context", inside.context().id);
  entry->WideText("targetName", leg.target_name)
      .Number("contextReq", leg.context_req)
      .Number("targetDataRep", leg.data_rep)
      .Input(leg.input)
      .Output(leg.output);
}

// A package of this kind says so by default: everything granted, a short token.
Answer GrantEverything() {
  Answer answer;
  BufferAnswer token;
  token.bytes = {'t', 'o', 'k', 'e', 'n'};
  answer.outputs.push_back(token);
  return answer;
}

void TakeOverContext(const LegArguments& leg, const InsideCall& inside, const Answer& answer,
                     JournalEntry* entry) {
  if (leg.context == nullptr) {
    const ContextRecord record = OpenContext(inside.credential(), leg.new_context);
    leg.new_context->dwUpper = leg.credential->dwUpper;
    entry->Number("created", record.id);
    return;
  }
  if (answer.handle == HandleChange::kChanges) ChangeHandle(inside.context(), leg.new_context);
  RebindContext(inside.context(), inside.credential());
}

SECURITY_STATUS RunLeg(const LegArguments& leg) {
  JournalEntry entry(leg.call);
  InsideCall inside(leg.call);
  if (!inside.EnterCredential(leg.credential)) return SEC_E_INVALID_HANDLE;
  if (leg.context != nullptr && !inside.EnterContext(leg.context)) return SEC_E_INVALID_HANDLE;
  RememberUpperHalf(inside.credential().package, leg.credential->dwUpper);
  CheckContract(leg);
  JournalLeg(leg, inside, &entry);

  Answer answer = NextAnswer(inside.credential().script, leg.call, GrantEverything());
  if (answer.echoes) Echo(leg.input, &answer);
  const InputWatch watch(leg.input);
  Hang(answer);
  if (watch.HasChanged()) {
    ReportViolation(Text(NameOf(leg.call)).Add(": the input changed during the call"));
  }

  ApplyToOutput(answer.outputs, leg.output, leg.input);
  ApplyInPlace(answer.inputs, leg.input);
  if (leg.attributes != nullptr) {
    *leg.attributes = answer.sets_attributes ? answer.attributes : leg.context_req;
  }
  if (leg.expiry != nullptr) leg.expiry->QuadPart = answer.expiry;
  if (answer.status >= 0) {
    TakeOverContext(leg, inside, answer, &entry);
  } else if (answer.handle == HandleChange::kScribbled) {
    Scribble(leg.new_context);
  }
  entry.Write(answer.status);
  return answer.status;
}

}  // namespace

SECURITY_STATUS SEC_ENTRY Initialize(CredHandle* credential, CtxtHandle* context,
                                     SEC_WCHAR* target_name, ULONG context_req, ULONG reserved1,
                                     ULONG data_rep, SecBufferDesc* input, ULONG reserved2,
                                     CtxtHandle* new_context, SecBufferDesc* output,
                                     ULONG* attributes, TimeStamp* expiry) {
  return RunLeg({Call::kInitialize, credential, context, target_name, context_req, reserved1,
                 reserved2, data_rep, input, new_context, output, attributes, expiry});
}

SECURITY_STATUS SEC_ENTRY Accept(CredHandle* credential, CtxtHandle* context, SecBufferDesc* input,
                                 ULONG context_req, ULONG data_rep, CtxtHandle* new_context,
                                 SecBufferDesc* output, ULONG* attributes, TimeStamp* expiry) {
  return RunLeg({Call::kAccept, credential, context, nullptr, context_req, 0, 0, data_rep, input,
                 new_context, output, attributes, expiry});
}

}  // namespace secur32::scripted
