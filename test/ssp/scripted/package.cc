#include "scripted/package.h"

#include <atomic>
#include <cstring>
#include <vector>

#include "scripted/buffers.h"
#include "scripted/gates.h"
#include "scripted/heap.h"
#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/script.h"
#include "sspi/text.h"

namespace secur32::scripted {
namespace {

// The last two are packages of Windows that Wine lacks.
constexpr const wchar_t* kNames[] = {L"Scripted", L"CREDSSP", L"WDigest"};
constexpr uint32_t kPackages = sizeof(kNames) / sizeof(kNames[0]);
constexpr ULONG kMaxToken = 3000;
// SECPKG_ID_NONE
constexpr USHORT kNoRpcId = 0xffff;

// Secur32.dll keeps the package in the upper half of a handle, but fills it in
// after some statuses only. Of each package, as it was seen last.
std::atomic<ULONG_PTR> upper_half[kPackages];

const Answer kNothingSpecial;

uint32_t PackageOf(const wchar_t* name) {
  for (uint32_t i = 0; i < kPackages; ++i) {
    if (IsSameText(kNames[i], name)) return i;
  }
  return 0;
}

void Hang(const Answer& answer) {
  if (answer.delay_ms > 0) Sleep(answer.delay_ms);
  if (answer.gate != 0) WaitAtGate(answer.gate);
}

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
  const Answer answer = NextAnswer(script, Call::kAcquire, kNothingSpecial);
  Hang(answer);
  if (expiry != nullptr) expiry->QuadPart = answer.expiry;
  if (answer.status >= 0) {
    const uint32_t index = PackageOf(package);
    const CredentialRecord record = OpenCredential(script, index, handle);
    handle->dwUpper = upper_half[index];
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
  const Answer answer = NextAnswer(record.script, Call::kFreeCredentials, kNothingSpecial);
  Hang(answer);
  CloseCredential(record);
  entry.Write(answer.status);
  return answer.status;
}

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
  upper_half[inside.credential().package] = leg.credential->dwUpper;
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

SECURITY_STATUS SEC_ENTRY Complete(CtxtHandle* context, SecBufferDesc* token) {
  JournalEntry entry(Call::kComplete);
  InsideCall inside(Call::kComplete);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const ContextRecord& record = inside.context();
  entry.Number("context", record.id).Number("script", record.script).Input(token);
  Answer answer = NextAnswer(record.script, Call::kComplete, kNothingSpecial);
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
  const Answer answer = NextAnswer(record.script, Call::kDelete, kNothingSpecial);
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

SECURITY_STATUS SEC_ENTRY FreeBuffer(void* memory) {
  if (!FreeByCaller(memory)) HeapFree(GetProcessHeap(), 0, memory);
  return SEC_E_OK;
}

void Describe(uint32_t index, SecPkgInfoW* package) {
  package->fCapabilities = SECPKG_FLAG_CONNECTION | SECPKG_FLAG_MULTI_REQUIRED;
  package->wVersion = 1;
  package->wRPCID = kNoRpcId;
  package->cbMaxToken = kMaxToken;
  package->Name = const_cast<SEC_WCHAR*>(kNames[index]);
  package->Comment = const_cast<SEC_WCHAR*>(L"does what a test says");
}

// The names are not in the same block as on Windows, but live as long.
SECURITY_STATUS SEC_ENTRY Enumerate(ULONG* count, SecPkgInfoW** packages) {
  auto* const list = static_cast<SecPkgInfoW*>(
      HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, kPackages * sizeof(SecPkgInfoW)));
  if (list == nullptr) return SEC_E_INSUFFICIENT_MEMORY;
  for (uint32_t i = 0; i < kPackages; ++i) Describe(i, &list[i]);
  *count = kPackages;
  *packages = list;
  return SEC_E_OK;
}

SECURITY_STATUS SEC_ENTRY QueryPackage(SEC_WCHAR* name, SecPkgInfoW** package) {
  auto* const info =
      static_cast<SecPkgInfoW*>(HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(SecPkgInfoW)));
  if (info == nullptr) return SEC_E_INSUFFICIENT_MEMORY;
  Describe(PackageOf(name), info);
  *package = info;
  return SEC_E_OK;
}

SecurityFunctionTableW MakeTable() {
  SecurityFunctionTableW table{};
  // From version 2 on all of the table is read.
  table.dwVersion = 2;
  table.EnumerateSecurityPackagesW = Enumerate;
  table.QuerySecurityPackageInfoW = QueryPackage;
  table.AcquireCredentialsHandleW = AcquireCredentials;
  table.FreeCredentialsHandle = FreeCredentials;
  table.InitializeSecurityContextW = Initialize;
  table.AcceptSecurityContext = Accept;
  table.CompleteAuthToken = Complete;
  table.DeleteSecurityContext = Delete;
  table.QueryContextAttributesW = QueryAttributes;
  table.FreeContextBuffer = FreeBuffer;
  return table;
}

}  // namespace

const char* NameOf(Call call) {
  switch (call) {
    case Call::kAcquire:
      return "acquire";
    case Call::kFreeCredentials:
      return "freeCredentials";
    case Call::kInitialize:
      return "initialize";
    case Call::kAccept:
      return "accept";
    case Call::kComplete:
      return "complete";
    case Call::kDelete:
      return "delete";
    case Call::kQueryAttributes:
      return "queryAttributes";
  }
  return "";
}

SecurityFunctionTableW* FunctionTable() {
  static SecurityFunctionTableW table = MakeTable();
  return &table;
}

}  // namespace secur32::scripted
