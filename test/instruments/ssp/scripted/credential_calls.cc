#include "scripted/buffers.h"
#include "scripted/functions.h"
#include "scripted/gates.h"
#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/names.h"
#include "scripted/records.h"
#include "scripted/script.h"

namespace secur32::scripted {
namespace {

void JournalIdentity(const void* auth_data, JournalEntry* entry) {
  if (auth_data == nullptr) return;
  const auto* const plain = static_cast<const SEC_WINNT_AUTH_IDENTITY_W*>(auth_data);
  const auto* const extended = static_cast<const SEC_WINNT_AUTH_IDENTITY_EXW*>(auth_data);
  const auto text = [](const unsigned short* characters) {
    return reinterpret_cast<const wchar_t*>(characters);
  };
  const bool is_extended = extended->Version == SEC_WINNT_AUTH_IDENTITY_VERSION;
  entry->WideText("user", text(is_extended ? extended->User : plain->User));
  entry->WideText("domain", text(is_extended ? extended->Domain : plain->Domain));
  entry->WideText("password", text(is_extended ? extended->Password : plain->Password));
  if (is_extended) entry->WideText("packageList", text(extended->PackageList));
}

}  // namespace

SECURITY_STATUS SEC_ENTRY AcquireCredentials(SEC_WCHAR* principal, SEC_WCHAR* package,
                                             ULONG credential_use, void*, void* auth_data,
                                             SEC_GET_KEY_FN get_key, void* get_key_argument,
                                             CredHandle* handle, TimeStamp* expiry) {
  JournalEntry entry(Call::kAcquire);
  InsideCall inside(Call::kAcquire);
  inside.Enter();
  const uint32_t script = ScriptOfPrincipal(principal);
  entry.Number("script", script).Number("use", credential_use).WideText("package", package);
  JournalIdentity(auth_data, &entry);
  if (get_key != nullptr || get_key_argument != nullptr) {
    ReportViolation(Text("acquire: a key function, which nobody implements"));
  }
  const Answer answer = NextAnswer(script, Call::kAcquire, Answer());
  Hang(answer);
  if (expiry != nullptr) expiry->QuadPart = answer.expiry;
  if (answer.status >= 0) {
    const uint32_t index = PackageOf(package);
    const CredentialRecord record = OpenCredential(script, index, handle);
    handle->dwUpper = UpperHalf(index);
    entry.Number("credential", record.id);
  } else if (answer.handle == HandleChange::kScribbled) {
    Scribble(handle);
  }
  entry.Write(answer.status);
  return answer.status;
}

SECURITY_STATUS SEC_ENTRY FreeCredentials(CredHandle* handle) {
  JournalEntry entry(Call::kFreeCredentials);
  InsideCall inside(Call::kFreeCredentials);
  if (!inside.EnterCredential(handle)) return SEC_E_INVALID_HANDLE;
  const CredentialRecord& record = inside.credential();
  BeginToClose(record);
  entry.Number("credential", record.id).Number("script", record.script);
  const Answer answer = NextAnswer(record.script, Call::kFreeCredentials, Answer());
  Hang(answer);
  CloseCredential(record);
  entry.Write(answer.status);
  return answer.status;
}

SECURITY_STATUS SEC_ENTRY QueryCredentialsAttributes(CredHandle* credential, ULONG attribute,
                                                     void* record) {
  JournalEntry entry(Call::kQueryCredentialsAttributes);
  InsideCall inside(Call::kQueryCredentialsAttributes);
  if (!inside.EnterCredential(credential)) return SEC_E_INVALID_HANDLE;
  const uint32_t script = inside.credential().script;
  entry.Number("credential", inside.credential().id).Number("script", script);
  entry.Number("attribute", attribute);
  Answer unsupported;
  unsupported.status = SEC_E_UNSUPPORTED_FUNCTION;
  const Answer answer = NextAnswer(script, Call::kQueryCredentialsAttributes, unsupported);
  Hang(answer);
  FillRecord(answer.outputs, record);
  entry.Write(answer.status);
  return answer.status;
}

}  // namespace secur32::scripted
