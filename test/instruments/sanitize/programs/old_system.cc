// A system without the functions that not every Windows has: all else works.
#include "windows/old_system.h"

#include "scripted/journal.h"
#include "sspi/attributes.h"
#include "sspi/secur32_api.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/records.h"
#include "support/set_record.h"

namespace secur32::sanitize {
namespace {

void RunLoading() {
  BeginCase("what is missing is no failure");
  EXPECT(LoadSecur32Api() != nullptr);
  EXPECT(LoadFailure() == nullptr);
  EXPECT(Api().SetCredentialsAttributesW == nullptr);
  EXPECT(!Api().knows_channel_binding_flags);
}

void RunSettings() {
  for (const AttributeLayout* const layout : CredentialLayouts()) {
    if (!layout->CanSet()) continue;
    BeginCase("attributes of credentials that cannot be set");
    {
      const auto credential = AcquireFor(L"Scripted", 0);
      AttributeSetting setting(*layout);
      EXPECT(setting.Run(credential.get()) == SEC_E_UNSUPPORTED_FUNCTION);
      EXPECT(TakeSetRecord().empty());
    }
    ExpectNothingLeft();
  }
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::MakeSystemOld();
  sanitize::RunLoading();
  sanitize::RunSettings();
  return sanitize::EndProgram();
}
