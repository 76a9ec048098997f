// AcquireCredentialsHandle with every kind of identity and every status: what
// was typed in is gone from memory when the call has returned.
#include <string>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "statuses.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/secret_watch.h"

namespace secur32::sanitize {
namespace {

constexpr uint32_t kScript = 1;
constexpr wchar_t kPassword[] = L"correct horse battery staple";
constexpr size_t kPasswordBytes = sizeof(kPassword) - sizeof(wchar_t);

enum class IdentityKind { kOwn, kExplicit, kEmptyTexts, kWithPackageList };
constexpr IdentityKind kIdentityKinds[] = {IdentityKind::kOwn, IdentityKind::kExplicit,
                                           IdentityKind::kEmptyTexts,
                                           IdentityKind::kWithPackageList};

void FillIdentity(IdentityKind kind, Acquire* acquire) {
  if (kind == IdentityKind::kOwn) return;
  const bool empty = kind == IdentityKind::kEmptyTexts;
  EXPECT(AssignText(empty ? L"" : L"alice", &acquire->user));
  EXPECT(AssignText(empty ? L"" : L"SSPI", &acquire->domain));
  EXPECT(AssignText(kPassword, &acquire->password));
  if (kind == IdentityKind::kWithPackageList) {
    EXPECT(AssignText(L"!ntlm", &acquire->package_list));
  }
}

bool Has(const std::string& text, const wchar_t* wide) {
  scripted::Text hex;
  hex.WideHex(wide);
  return text.find(hex.string()) != std::string::npos;
}

// The package saw the identity that was given.
void ExpectJournal(IdentityKind kind) {
  const std::string journal = scripted::TakeJournal();
  EXPECT(Has(journal, kPassword) == (kind != IdentityKind::kOwn));
  EXPECT(Has(journal, L"alice") ==
         (kind == IdentityKind::kExplicit || kind == IdentityKind::kWithPackageList));
  EXPECT(Has(journal, L"!ntlm") == (kind == IdentityKind::kWithPackageList));
}

void RunCase(const wchar_t* package, IdentityKind kind, const Status& status,
             scripted::HandleChange handle) {
  scripted::Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(status.value);
  answer.expiry = INT64_MIN;
  answer.handle = handle;
  AddAnswer(kScript, scripted::Call::kAcquire, answer);

  Acquire acquire;
  FillAcquire(package, kScript, &acquire);
  FillIdentity(kind, &acquire);
  scripted::TakeJournal();
  {
    const SecretWatch watch(kPassword, kPasswordBytes);
    RunAcquire(&acquire);
    EXPECT(SecretWatch::found() == 0);
  }
  ExpectJournal(kind);
  EXPECT(!acquire.password.present());
  EXPECT(acquire.password.get() == nullptr);
  EXPECT(static_cast<uint32_t>(acquire.status) == status.value);
  EXPECT((acquire.credential != nullptr) == (acquire.status >= 0));
  if (acquire.credential == nullptr) return;
  EXPECT(acquire.expiry == INT64_MIN);
  EXPECT(acquire.credential->max_token() == 3000);
  EXPECT(MakeContext(LegSide::kInitialize, acquire.credential) != nullptr);
}

void RunUnknownPackage() {
  BeginCase("a package that nobody knows");
  Acquire acquire;
  FillAcquire(L"Unknown", kScript, &acquire);
  FillIdentity(IdentityKind::kExplicit, &acquire);
  const SecretWatch watch(kPassword, kPasswordBytes);
  RunAcquire(&acquire);
  EXPECT(SecretWatch::found() == 0);
  EXPECT(acquire.status < 0);
  EXPECT(acquire.credential == nullptr);
  EXPECT(!acquire.password.present());
}

// The watch itself: memory that is freed as it is, is found.
void RunUnzeroed() {
  BeginCase("a password that is freed as it is");
  auto* const copy =
      new std::vector<uint8_t>(reinterpret_cast<const uint8_t*>(kPassword),
                               reinterpret_cast<const uint8_t*>(kPassword) + kPasswordBytes);
  const SecretWatch watch(kPassword, kPasswordBytes);
  delete copy;
  EXPECT(SecretWatch::found() == 1);
}

void RunAll() {
  for (const wchar_t* const package : kPackageKinds) {
    for (const IdentityKind kind : kIdentityKinds) {
      for (const Status& status : kStatuses) {
        for (const auto handle :
             {scripted::HandleChange::kStays, scripted::HandleChange::kScribbled}) {
          BeginCase(status.name);
          RunCase(package, kind, status, handle);
          ExpectNothingLeft();
        }
      }
    }
  }
  RunUnknownPackage();
  RunUnzeroed();
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  sanitize::WarmUp();
  sanitize::RunAll();
  return sanitize::EndProgram();
}
