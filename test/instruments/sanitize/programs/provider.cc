// What the core knows of packages, by any spelling of their names, and which
// legs it does not let through to those that read what is not theirs.
#include "sspi/provider.h"

#include <vector>

#include "scripted/journal.h"
#include "sspi/attribute_layouts.h"
#include "sspi/secur32_api.h"
#include "support/checks.h"
#include "support/legs.h"

namespace secur32::sanitize {
namespace {

void RunLibrary() {
  BeginCase("the library");
  EXPECT(LoadSecur32Api() == &Api());
  EXPECT(LoadFailure() == nullptr);
  EXPECT(WineVersion() != nullptr);
  EXPECT(FindContextLayout(0x7fffffff) == nullptr);
  EXPECT(FindCredentialLayout(SECPKG_ATTR_SIZES) == nullptr);
}

void RunTraits() {
  BeginCase("traits");
  constexpr uint32_t kOfStreams = kStreamPackage | kAllocatesOutput;
  constexpr uint32_t kOfTls = kReadsWholeHeader | kCannotSetAttributes | kOwnsKeyNames;
  constexpr uint32_t kOfLsa = kAcceptCannotAllocate | kFirstBufferIsToken |
                              kIgnoresChannelBindings | kIgnoresPackageList | kTokenNotMeasured |
                              kCannotSetAttributes;
  constexpr uint32_t kOfNtlm = kOfLsa | kContextAttributesNotWritten | kMessagesWithoutKeys;
  constexpr uint32_t kOfKerberos = kOneIdentityPerProcess | kCutsGssTokens;
  EXPECT(TraitsOfPackage(L"") == 0);
  EXPECT(TraitsOfPackage(L"Scripted") == 0);
  EXPECT(TraitsOfPackage(L"schannel") == (kOfStreams | kOfTls));
  EXPECT(TraitsOfPackage(L"CredSSP") == kOfStreams);
  EXPECT(TraitsOfPackage(L"ntlm") == (kOfNtlm | kNoStreamMessages));
  EXPECT(TraitsOfPackage(L"KERBEROS") == (kOfLsa | kOfKerberos));
  EXPECT(TraitsOfPackage(L"Negotiate") == (kOfNtlm | kOfKerberos));
}

struct Order {
  LegSide side;
  bool later;
  std::vector<InputBytes> input;
  std::vector<OutputRequest> requests;
  LegPreparation expected;
};

// Wine's NTLM takes the first buffers for tokens, whatever they are.
void RunOrders() {
  const std::vector<InputBytes> token = {{SECBUFFER_TOKEN, Bytes("hello")}};
  const std::vector<InputBytes> bindings_first = {{SECBUFFER_CHANNEL_BINDINGS, Bytes("bindings")},
                                                  token[0]};
  const std::vector<OutputRequest> output = {{SECBUFFER_TOKEN, kDefaultSize}};
  const std::vector<OutputRequest> alert_first = {{SECBUFFER_ALERT, kDefaultSize}, output[0]};
  constexpr LegPreparation kReady = LegPreparation::kReady;
  constexpr LegPreparation kUnsafe = LegPreparation::kUnsafeBuffers;
  const Order orders[] = {
      {LegSide::kInitialize, false, {}, output, kReady},
      {LegSide::kInitialize, false, {{SECBUFFER_TOKEN, {}, false}}, output, kReady},
      {LegSide::kInitialize, true, {}, output, kUnsafe},
      {LegSide::kAccept, false, {}, output, kUnsafe},
      {LegSide::kAccept, true, {}, output, kUnsafe},
      {LegSide::kAccept, false, token, output, kReady},
      {LegSide::kAccept, true, token, output, kReady},
      {LegSide::kAccept, true, token, {}, kUnsafe},
      {LegSide::kAccept, true, bindings_first, output, kUnsafe},
      {LegSide::kInitialize, true, bindings_first, output, kUnsafe},
      {LegSide::kInitialize, true, token, alert_first, kUnsafe},
  };
  for (const Order& order : orders) {
    BeginCase("the order of the buffers");
    {
      const auto credential = AcquireFor(L"NTLM", 0);
      const auto context = order.later ? MakeContext(order.side, credential) : nullptr;
      Leg leg;
      EXPECT(FillLeg(order.side, credential, context, 0, order.input, order.requests, &leg) ==
             order.expected);
      if (order.expected == kReady) {
        RunLeg(&leg);
        EXPECT(leg.status == SEC_E_OK);
        EXPECT(leg.output.written_size(0) > 0);
        ReadOutput(leg);
      }
    }
    ExpectNothingLeft();
  }
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::RunLibrary();
  sanitize::RunTraits();
  sanitize::RunOrders();
  return sanitize::EndProgram();
}
