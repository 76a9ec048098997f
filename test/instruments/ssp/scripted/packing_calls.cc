#include <string>

#include "scripted/buffers.h"
#include "scripted/functions.h"
#include "scripted/gates.h"
#include "scripted/heap.h"
#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/names.h"
#include "scripted/script.h"
#include "scripted/tokens.h"

namespace secur32::scripted {
namespace {

// SECPKG_CONTEXT_EXPORT_DELETE_OLD
constexpr ULONG kDeleteOld = 2;

BufferAnswer PackedAsUsual(uint32_t script) {
  const std::string text = Text("packed:").Number(script).string();
  BufferAnswer answer;
  answer.bytes.assign(text.begin(), text.end());
  return answer;
}

void Pack(const BufferAnswer& answer, SecBuffer* packed) {
  if (answer.memory == Memory::kUntouched) return;
  packed->BufferType = answer.sets_type ? answer.type : SECBUFFER_TOKEN;
  packed->pvBuffer = answer.memory == Memory::kForeign ? ForeignMemory(answer.bytes) : nullptr;
  ApplyToOwnMemory(answer, packed);
  // Of NULL it may lie.
  if (packed->pvBuffer == nullptr && answer.sets_size) packed->cbBuffer = answer.size;
}

// False if there is nowhere to export to.
bool CheckExport(const SecBuffer* packed, void* const* token) {
  if (packed == nullptr || token == nullptr) {
    ReportViolation(Text("export: no place for the result"));
    return false;
  }
  if (packed->pvBuffer != nullptr || packed->cbBuffer != 0 || *token != nullptr) {
    ReportViolation(Text("export: the result is not zeroed"));
  }
  return true;
}

void GiveExport(const Answer& answer, uint32_t script, SecBuffer* packed, void** token) {
  if (answer.status < 0) {
    // What it leaves behind when it fails belongs to nobody.
    if (answer.handle != HandleChange::kScribbled) return;
    *packed = {ULONG{64}, SECBUFFER_TOKEN, ForeignMemory({})};
    *token = NoHandle();
    return;
  }
  Pack(answer.outputs.empty() ? PackedAsUsual(script) : answer.outputs[0], packed);
  if (answer.token != TokenKind::kDefault) *token = GiveToken(answer.token);
}

}  // namespace

SECURITY_STATUS SEC_ENTRY Export(CtxtHandle* context, ULONG flags, SecBuffer* packed,
                                 void** token) {
  JournalEntry entry(Call::kExport);
  InsideCall inside(Call::kExport);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const ContextRecord& record = inside.context();
  entry.Number("context", record.id).Number("script", record.script).Number("flags", flags);
  if (!CheckExport(packed, token)) return SEC_E_INTERNAL_ERROR;
  const Answer answer = NextAnswer(record.script, Call::kExport, Answer());
  Hang(answer);
  GiveExport(answer, record.script, packed, token);
  if (answer.status >= 0 && (flags & kDeleteOld) != 0) CloseContext(record);
  entry.Write(answer.status);
  return answer.status;
}

SECURITY_STATUS SEC_ENTRY Import(SEC_WCHAR* package, SecBuffer* packed, void* token,
                                 CtxtHandle* context) {
  JournalEntry entry(Call::kImport);
  InsideCall inside(Call::kImport);
  inside.Enter();
  if (packed == nullptr || context == nullptr) {
    ReportViolation(Text("import: nothing to import, or no place for it"));
    return SEC_E_INTERNAL_ERROR;
  }
  const uint32_t script = ScriptOfPacked(*packed);
  entry.Number("script", script).WideText("package", package).Input(*packed);
  entry.Flag("token", token != nullptr);
  if (token != nullptr && !IsToken(token)) {
    ReportViolation(Text("import: the token is no handle of one"));
  }
  const Answer answer = NextAnswer(script, Call::kImport, Answer());
  Hang(answer);
  if (answer.status >= 0) {
    // Some packages take it over.
    if (token != nullptr && answer.token != TokenKind::kDefault) CloseHandle(token);
    const ContextRecord record = OpenImportedContext(script, context);
    context->dwUpper = UpperHalf(PackageOf(package));
    entry.Number("created", record.id);
  } else if (answer.handle == HandleChange::kScribbled) {
    Scribble(context);
  }
  entry.Write(answer.status);
  return answer.status;
}

}  // namespace secur32::scripted
