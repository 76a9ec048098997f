// The n-th allocation that the core or the executor can answer for fails, for
// every n: whatever was half done is given back.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "executor/release.h"
#include "executor/scheduler.h"
#include "scripted/journal.h"
#include "scripted/script.h"
#include "sspi/attributes.h"
#include "sspi/control_token.h"
#include "sspi/transfer.h"
#include "support/checks.h"
#include "support/environment.h"
#include "support/legs.h"
#include "support/messages.h"
#include "support/records.h"
#include "windows/system_threads.h"

namespace {

// Counts down to the one that fails; below zero none does.
std::atomic<int> allocations_left{-1};

bool IsTheOne() {
  int left = allocations_left;
  while (left > 0) {
    if (allocations_left.compare_exchange_weak(left, left - 1)) return left == 1;
  }
  return false;
}

}  // namespace

void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return IsTheOne() ? nullptr : ::operator new(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return IsTheOne() ? nullptr : ::operator new[](size);
}

namespace secur32::sanitize {
namespace {

constexpr DWORD kPatienceMs = 30'000;

std::shared_ptr<Credential> AcquireExplicit() {
  Acquire acquire;
  FillAcquire(L"Scripted", 0, &acquire);
  if (!acquire.package.present() || !AssignText(L"alice", &acquire.user) ||
      !AssignText(L"secret", &acquire.password) || !AssignText(L"!ntlm", &acquire.package_list)) {
    return nullptr;
  }
  RunAcquire(&acquire);
  EXPECT(!acquire.password.present());
  return acquire.credential;
}

void RunCalls() {
  const std::shared_ptr<Credential> credential = AcquireExplicit();
  if (credential == nullptr) return;
  Leg leg;
  if (FillLeg(LegSide::kInitialize, credential, nullptr, 0,
              {{SECBUFFER_TOKEN, Bytes("one")}, {SECBUFFER_DATA, Bytes("two")}},
              {{SECBUFFER_TOKEN, kDefaultSize}, {SECBUFFER_DATA, 7}, {SECBUFFER_ALERT, 0}},
              &leg) != LegPreparation::kReady) {
    return;
  }
  RunLeg(&leg);
  ReadOutput(leg);
  EXPECT(leg.created != nullptr);
  CompleteToken complete;
  complete.context = leg.created;
  if (!FillInput({{SECBUFFER_TOKEN, Bytes("token")}}, &complete.token)) return;
  RunCompleteToken(&complete);
  ReadToken(&complete);
  AttributeQuery(*FindContextLayout(SECPKG_ATTR_NAMES)).Run(leg.created.get());
  InputBuffers control;
  if (!FillInput({{SECBUFFER_TOKEN, Bytes("shut down")}}, &control)) return;
  EXPECT(RunControlToken(leg.created.get(), &control) == SEC_E_OK);
}

// False means here that there is no memory.
bool FillSetting(AttributeSetting* setting) {
  for (uint32_t i = 0; i < setting->layout().field_count; ++i) {
    const Field& field = setting->layout().fields[i];
    if (field.kind != FieldKind::kBytes && field.kind != FieldKind::kRecord) continue;
    const std::vector<uint8_t> bytes = Bytes("secret");
    bool no_memory = false;
    const bool put = setting->PutBytes(i, bytes.data(), bytes.size(), &no_memory);
    EXPECT(put != no_memory);
    if (!put) return false;
  }
  return true;
}

void RunSettings() {
  const std::shared_ptr<Credential> credential = AcquireFor(L"Scripted", 0);
  if (credential == nullptr) return;
  const std::shared_ptr<Context> context = MakeContext(LegSide::kInitialize, credential);
  if (context == nullptr) return;
  for (const AttributeLayout* const layout : ContextLayouts()) {
    AttributeSetting setting(*layout);
    if (!layout->CanSet()) continue;
    if (!FillSetting(&setting)) return;
    EXPECT(setting.Run(context.get()) == SEC_E_OK);
  }
  for (const AttributeLayout* const layout : CredentialLayouts()) {
    AttributeSetting setting(*layout);
    if (!layout->CanSet()) continue;
    if (!FillSetting(&setting)) return;
    EXPECT(setting.Run(credential.get()) == SEC_E_OK);
  }
}

// The package of the one puts its tokens together in memory of ours.
void RunMessages() {
  const std::shared_ptr<Credential> credential = AcquireFor(L"Kerberos", 1);
  if (credential == nullptr) return;
  const std::shared_ptr<Context> context = MakeContext(LegSide::kInitialize, credential);
  if (context == nullptr) return;
  for (const MessageCall call : {MessageCall::kEncrypt, MessageCall::kDecrypt}) {
    scripted::Answer sizes;
    sizes.outputs.resize(1);
    // SecPkgContext_Sizes: 37 bytes of signature are Kerberos's.
    sizes.outputs[0].bytes = {0, 0, 0, 0, 37, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0};
    AddAnswer(1, scripted::Call::kQueryAttributes, sizes);
    // A sealed token, by its header.
    std::vector<Part> parts = {{SECBUFFER_TOKEN, {5, 4, 2, 255, 0, 0, 0, 28}},
                               {SECBUFFER_DATA, std::vector<uint8_t>(100)}};
    parts[0].bytes.resize(72);
    Message message;
    message.call = call;
    EXPECT(FillMessage(&parts, &message.buffers));
    RunMessage(&message, context.get());
    ReadMessage(parts, message.buffers);
    if (message.status == SEC_E_INSUFFICIENT_MEMORY) return;
  }
}

void RunTransfer() {
  const std::shared_ptr<Credential> credential = AcquireFor(L"Scripted", 0);
  if (credential == nullptr) return;
  const std::shared_ptr<Context> context = MakeContext(LegSide::kAccept, credential);
  if (context == nullptr) return;
  ExportedContext exported;
  RunExport(context.get(), SECPKG_CONTEXT_EXPORT_DELETE_OLD, &exported);
  EXPECT(exported.status == SEC_E_OK);
  ImportedContext imported;
  if (!AssignText(L"Scripted", &imported.package)) return;
  if (!imported.packed.Allocate(exported.size)) return;
  std::memcpy(imported.packed.data(), exported.owner.get(), exported.size);
  RunImport(&imported);
  // Without memory for the package's name nothing was imported.
  EXPECT((imported.context != nullptr) == (imported.status == SEC_E_OK));
}

// A submission that fails leaves the task with the caller.
bool StartLeg(Environment* environment, const std::shared_ptr<Credential>& credential) {
  auto job = std::make_unique<LegJob>();
  return FillLeg(LegSide::kAccept, credential, nullptr, 0, {{SECBUFFER_TOKEN, Bytes("hello")}},
                 {{SECBUFFER_TOKEN, kDefaultSize}}, job->leg()) == LegPreparation::kReady &&
         environment->Start(std::move(job));
}

void RunScheduler() {
  std::shared_ptr<Credential> credential = AcquireExplicit();
  if (credential == nullptr) return;
  Environment environment;
  if (environment.scheduler() == nullptr) return;
  environment.scheduler()->SetLimit(1);
  for (int i = 0; i < 3; ++i) StartLeg(&environment, credential);
  ReleaseLater(std::move(credential));
  // Those that found no thread are delivered too.
  while (environment.scheduler()->busy()) environment.Settle(kPatienceMs);
}

template <typename Function>
void RunAll(const char* name, Function function) {
  for (int failing = 1;; ++failing) {
    BeginCase(std::string(name) + ", allocation " + std::to_string(failing));
    allocations_left = failing;
    function();
    AwaitSystemThreads();
    const bool failed = allocations_left == 0;
    allocations_left = -1;
    ExpectNothingLeft();
    if (!failed) return;
  }
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  sanitize::RunAll("calls", sanitize::RunCalls);
  sanitize::RunAll("settings", sanitize::RunSettings);
  sanitize::RunAll("messages", sanitize::RunMessages);
  sanitize::RunAll("transfer", sanitize::RunTransfer);
  sanitize::RunAll("scheduler", sanitize::RunScheduler);
  return sanitize::EndProgram();
}
