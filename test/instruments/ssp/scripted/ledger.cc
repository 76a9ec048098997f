#include "scripted/ledger.h"

#include <map>
#include <utility>

#include "executor/lock.h"
#include "scripted/heap.h"

namespace secur32::scripted {
namespace {

struct Credential {
  CredentialRecord record;
  uint32_t calls = 0;
  bool ending = false;
};

struct Context {
  ContextRecord record;
  uint64_t handle = 0;
  bool entered = false;
  Call inside = Call::kInitialize;
};

// Of what was given back only the numbers are known: all below the next one.
struct Ledger {
  Lock lock;
  std::map<uint64_t, Credential> credentials;
  std::map<uint64_t, Context> contexts;
  std::vector<std::string> violations;
  uint32_t next_credential = 1;
  uint32_t next_context = 1;
  uint32_t inside = 0;
};

// Never destroyed: calls may be running when the process ends.
Ledger& TheLedger() {
  static Ledger* const ledger = new Ledger;
  return *ledger;
}

// The value of a context's handle: its number, and how often it changed.
uint64_t HandleValue(uint32_t id, uint32_t change) { return (uint64_t{id} << 16) | change; }
uint64_t IdOf(uint64_t handle) { return handle >> 16; }

void Complain(Ledger* ledger, const Text& text) { ledger->violations.push_back(text.string()); }

void ComplainOfNone(Ledger* ledger, Call call, const char* what, uint64_t id, uint32_t next) {
  Text text = Text(NameOf(call)).Add(": ");
  if (id != 0 && id < next) {
    text.Add(what).Number(id).Add(" is used after it was given back");
  } else {
    text.Add("no handle of a ").Add(what);
  }
  Complain(ledger, text);
}

Text During(Call call) { return Text(NameOf(call)).Add(": "); }

ContextRecord OpenContextOf(uint32_t script, uint32_t credential, CtxtHandle* handle) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  Context context;
  context.record = {ledger.next_context++, script, credential};
  context.handle = HandleValue(context.record.id, 0);
  handle->dwLower = context.handle;
  ledger.contexts[context.record.id] = context;
  return context.record;
}

}  // namespace

void InsideCall::Enter() {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  entered_ = true;
  ++ledger.inside;
}

bool InsideCall::EnterCredential(const CredHandle* handle) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  if (handle == nullptr) {
    Complain(&ledger, During(call_).Add("no credential"));
    return false;
  }
  const auto found = ledger.credentials.find(handle->dwLower);
  if (found == ledger.credentials.end()) {
    ComplainOfNone(&ledger, call_, "credential ", handle->dwLower, ledger.next_credential);
    return false;
  }
  Credential& credential = found->second;
  if (credential.ending) {
    Complain(&ledger, During(call_)
                          .Add("credential ")
                          .Number(credential.record.id)
                          .Add(" is used while it is freed"));
    return false;
  }
  ++credential.calls;
  credential_ = credential.record;
  ++ledger.inside;
  return true;
}

bool InsideCall::EnterContext(const CtxtHandle* handle) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  const auto found = ledger.contexts.find(IdOf(handle->dwLower));
  if (found == ledger.contexts.end()) {
    ComplainOfNone(&ledger, call_, "context ", IdOf(handle->dwLower), ledger.next_context);
    return false;
  }
  Context& context = found->second;
  const Text name = During(call_).Add("context ").Number(context.record.id);
  if (context.handle != handle->dwLower) {
    Complain(&ledger, Text(name).Add(" is used by an old value of its handle"));
    return false;
  }
  if (context.entered) {
    Complain(&ledger, Text(name).Add(" overlaps with ").Add(NameOf(context.inside)).Add(" in it"));
    return false;
  }
  context.entered = true;
  context.inside = call_;
  context_ = context.record;
  ++ledger.inside;
  return true;
}

InsideCall::~InsideCall() {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  if (entered_) --ledger.inside;
  if (credential_.id != 0) {
    const auto found = ledger.credentials.find(credential_.id);
    if (found != ledger.credentials.end()) --found->second.calls;
    --ledger.inside;
  }
  if (context_.id != 0) {
    const auto found = ledger.contexts.find(context_.id);
    if (found != ledger.contexts.end()) found->second.entered = false;
    --ledger.inside;
  }
}

CredentialRecord OpenCredential(uint32_t script, uint32_t package, CredHandle* handle) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  Credential credential;
  credential.record = {ledger.next_credential++, script, package};
  handle->dwLower = credential.record.id;
  ledger.credentials[credential.record.id] = credential;
  return credential.record;
}

ContextRecord OpenContext(const CredentialRecord& credential, CtxtHandle* handle) {
  return OpenContextOf(credential.script, credential.id, handle);
}

ContextRecord OpenImportedContext(uint32_t script, CtxtHandle* handle) {
  return OpenContextOf(script, 0, handle);
}

void ChangeHandle(const ContextRecord& context, CtxtHandle* handle) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  handle->dwLower = ++ledger.contexts[context.id].handle;
}

void RebindContext(const ContextRecord& context, const CredentialRecord& credential) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  ledger.contexts[context.id].record.credential = credential.id;
}

void BeginToClose(const CredentialRecord& record) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  Credential& credential = ledger.credentials[record.id];
  const Text name = During(Call::kFreeCredentials).Add("credential ").Number(record.id);
  // One of the calls is this one.
  if (credential.calls > 1) Complain(&ledger, Text(name).Add(" is freed while a call uses it"));
  for (const auto& [id, context] : ledger.contexts) {
    if (context.record.credential == record.id) {
      Complain(&ledger, Text(name).Add(" is freed before its context ").Number(id));
    }
  }
  credential.ending = true;
}

void CloseCredential(const CredentialRecord& record) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  ledger.credentials.erase(record.id);
}

void CloseContext(const ContextRecord& record) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  ledger.contexts.erase(record.id);
}

void ReportViolation(const Text& text) {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  Complain(&ledger, text);
}

LedgerCounts CountLiving() {
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  return {static_cast<uint32_t>(ledger.credentials.size()),
          static_cast<uint32_t>(ledger.contexts.size()), CountBuffers(), ledger.inside};
}

std::vector<std::string> TakeViolations() {
  if (AnyWrittenAfterFree()) ReportViolation(Text("a buffer was written to after it was freed"));
  Ledger& ledger = TheLedger();
  const Lock::Guard guard(&ledger.lock);
  return std::exchange(ledger.violations, {});
}

}  // namespace secur32::scripted
