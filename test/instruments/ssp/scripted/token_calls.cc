#include "scripted/buffers.h"
#include "scripted/functions.h"
#include "scripted/gates.h"
#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/script.h"
#include "scripted/tokens.h"

namespace secur32::scripted {
namespace {

// What the three calls have in common.
template <typename Carry>
SECURITY_STATUS Run(Call call, const CtxtHandle* context, Carry carry_out) {
  JournalEntry entry(call);
  InsideCall inside(call);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const uint32_t script = inside.context().script;
  entry.Number("context", inside.context().id).Number("script", script);
  const Answer answer = NextAnswer(script, call, Answer());
  Hang(answer);
  carry_out(answer);
  entry.Write(answer.status);
  return answer.status;
}

}  // namespace

SECURITY_STATUS SEC_ENTRY QueryToken(CtxtHandle* context, HANDLE* token) {
  return Run(Call::kQueryToken, context, [token](const Answer& answer) {
    if (token == nullptr || *token != nullptr) {
      ReportViolation(Text("queryToken: phToken is not zeroed"));
      return;
    }
    if (answer.status >= 0) {
      *token = GiveToken(answer.token);
    } else if (answer.handle == HandleChange::kScribbled) {
      *token = NoHandle();
    }
  });
}

SECURITY_STATUS SEC_ENTRY Impersonate(CtxtHandle* context) {
  return Run(Call::kImpersonate, context, [](const Answer& answer) {
    if (answer.status >= 0) ImpersonateWith(answer.token);
  });
}

SECURITY_STATUS SEC_ENTRY Revert(CtxtHandle* context) {
  return Run(Call::kRevert, context, [](const Answer& answer) {
    if (answer.status >= 0) StopImpersonating();
  });
}

}  // namespace secur32::scripted
