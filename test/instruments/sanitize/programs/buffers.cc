// The edges of the buffers themselves: how many there may be, how large, what
// stands behind them.
#include <cstring>
#include <utility>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "sspi/text.h"
#include "support/checks.h"
#include "support/legs.h"

namespace secur32::sanitize {
namespace {

void RunFull() {
  BeginCase("one buffer more than there may be");
  InputBuffers input;
  OutputBuffers own;
  OutputBuffers of_package;
  for (uint32_t i = 0; i < kMaxSecBuffers; ++i) {
    EXPECT(i % 2 == 0 ? input.Add(SECBUFFER_DATA, i) : input.AddAbsent(SECBUFFER_DATA));
    EXPECT(own.AddOwn(SECBUFFER_DATA, i, i));
    EXPECT(of_package.AddForPackage(SECBUFFER_DATA));
  }
  EXPECT(!input.Add(SECBUFFER_DATA, 1));
  EXPECT(!input.AddAbsent(SECBUFFER_DATA));
  EXPECT(!own.AddOwn(SECBUFFER_DATA, 1, 0));
  EXPECT(!own.AddForPackage(SECBUFFER_DATA));
  EXPECT(!of_package.AddForPackage(SECBUFFER_DATA));
  EXPECT(input.count() == kMaxSecBuffers);
  EXPECT(input.descriptor()->cBuffers == kMaxSecBuffers);
  EXPECT(own.descriptor()->cBuffers == kMaxSecBuffers);
  own.Settle();
  of_package.Settle();
}

void RunTooLarge() {
  BeginCase("more bytes than a SecBuffer can say");
  InputBuffers input;
  EXPECT(!input.Add(SECBUFFER_TOKEN, size_t{UINT32_MAX} + 1));
  EXPECT(input.count() == 0);
  EXPECT(input.descriptor() == nullptr);
}

// Wine's packages may write a whole token, whatever the capacity says.
void RunReserve() {
  for (const LegSide side : {LegSide::kInitialize, LegSide::kAccept}) {
    for (const uint32_t size : {0u, 1u, 100u, 2999u, 3000u, 3001u, kDefaultSize}) {
      for (const uint32_t request : {0u, uint32_t{ISC_REQ_ALLOCATE_MEMORY}}) {
        BeginCase("a package that writes past what was announced");
        {
          const auto credential = AcquireFor(L"NTLM", 0);
          Leg leg;
          EXPECT(FillLeg(side, credential, nullptr, request, {{SECBUFFER_TOKEN, Bytes("hello")}},
                         {{SECBUFFER_TOKEN, size}}, &leg) == LegPreparation::kReady);
          const SecBuffer& buffer = leg.output.descriptor()->pBuffers[0];
          EXPECT((buffer.pvBuffer == nullptr) == (side == LegSide::kInitialize && request != 0));
          if (buffer.pvBuffer != nullptr) {
            std::memset(buffer.pvBuffer, 'x', credential->max_token());
          }
          RunLeg(&leg);
          EXPECT(leg.status == SEC_E_OK);
          ReadOutput(leg);
        }
        ExpectNothingLeft();
      }
    }
  }
}

void RunUtf8() {
  struct Text {
    const char* bytes;
    bool valid;
  };
  constexpr Text kTexts[] = {
      {"", true},
      {"pa\xc3\x9fwort", true},
      {"\xe2\x82\xac", true},
      {"\xf0\x9f\x98\x80", true},
      {"\xff", false},
      {"\xc3", false},
      {"\xe2\x82", false},
      {"\xf0\x9f\x98", false},
      {"\xc0\x80", false},
      {"\xed\xa0\x80", false},
      {"\xf4\x90\x80\x80", false},
  };
  for (const Text& text : kTexts) {
    BeginCase("UTF-8");
    // On the heap, and no byte longer.
    const std::vector<uint8_t> bytes = Bytes(text.bytes);
    ZeroedText wide;
    bool no_memory = true;
    EXPECT(TextFromUtf8(bytes.data(), bytes.size(), &wide, &no_memory) == text.valid);
    EXPECT(!no_memory);
    if (text.valid) EXPECT(TextLength(wide.get()) == wide.length());
  }
}

void RunMoves() {
  BeginCase("memory that changes hands");
  ZeroedBuffer one;
  ZeroedBuffer other;
  EXPECT(one.Allocate(10));
  EXPECT(other.Allocate(0));
  EXPECT(other.allocated());
  other = std::move(one);
  EXPECT(other.size() == 10);
  ZeroedBuffer third(std::move(other));
  ZeroedBuffer& same = third;
  third = std::move(same);
  EXPECT(third.size() == 10);
  third.Reset();
  third.Reset();
  EXPECT(!third.allocated());
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  sanitize::RunFull();
  sanitize::RunTooLarge();
  sanitize::RunReserve();
  sanitize::RunUtf8();
  sanitize::RunMoves();
  return sanitize::EndProgram();
}
