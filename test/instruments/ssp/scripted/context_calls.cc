#include "scripted/buffers.h"
#include "scripted/functions.h"
#include "scripted/gates.h"
#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/records.h"
#include "scripted/script.h"

namespace secur32::scripted {

SECURITY_STATUS SEC_ENTRY Complete(CtxtHandle* context, SecBufferDesc* token) {
  JournalEntry entry(Call::kComplete);
  InsideCall inside(Call::kComplete);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const ContextRecord& record = inside.context();
  entry.Number("context", record.id).Number("script", record.script).Input(token);
  Answer answer = NextAnswer(record.script, Call::kComplete, Answer());
  if (answer.echoes) Echo(token, &answer);
  const InputWatch watch(token);
  Hang(answer);
  if (watch.HasChanged()) ReportViolation(Text("complete: the token changed during the call"));
  ApplyInPlace(answer.outputs, token);
  entry.Write(answer.status);
  return answer.status;
}

SECURITY_STATUS SEC_ENTRY Delete(CtxtHandle* context) {
  JournalEntry entry(Call::kDelete);
  InsideCall inside(Call::kDelete);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const ContextRecord& record = inside.context();
  entry.Number("context", record.id).Number("script", record.script);
  const Answer answer = NextAnswer(record.script, Call::kDelete, Answer());
  Hang(answer);
  CloseContext(record);
  entry.Write(answer.status);
  return answer.status;
}

SECURITY_STATUS SEC_ENTRY QueryAttributes(CtxtHandle* context, ULONG attribute, void* record) {
  JournalEntry entry(Call::kQueryAttributes);
  InsideCall inside(Call::kQueryAttributes);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const uint32_t script = inside.context().script;
  entry.Number("context", inside.context().id).Number("script", script);
  entry.Number("attribute", attribute);
  Answer unsupported;
  unsupported.status = SEC_E_UNSUPPORTED_FUNCTION;
  const Answer answer = NextAnswer(script, Call::kQueryAttributes, unsupported);
  Hang(answer);
  FillRecord(answer.outputs, record);
  entry.Write(answer.status);
  return answer.status;
}

SECURITY_STATUS SEC_ENTRY SetAttributes(CtxtHandle* context, ULONG attribute, void* record,
                                        ULONG size) {
  JournalEntry entry(Call::kSetAttributes);
  InsideCall inside(Call::kSetAttributes);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const uint32_t script = inside.context().script;
  entry.Number("context", inside.context().id).Number("script", script);
  entry.Number("attribute", attribute).Record(record, size);
  const Answer answer = NextAnswer(script, Call::kSetAttributes, Answer());
  Hang(answer);
  entry.Write(answer.status);
  return answer.status;
}

SECURITY_STATUS SEC_ENTRY ApplyControl(CtxtHandle* context, SecBufferDesc* input) {
  JournalEntry entry(Call::kApplyControl);
  InsideCall inside(Call::kApplyControl);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const ContextRecord& record = inside.context();
  entry.Number("context", record.id).Number("script", record.script).Input(input);
  const Answer answer = NextAnswer(record.script, Call::kApplyControl, Answer());
  Hang(answer);
  ApplyInPlace(answer.inputs, input);
  entry.Write(answer.status);
  return answer.status;
}

}  // namespace secur32::scripted
