// CompleteAuthToken: the token is changed in place, and a package may claim
// what it likes.
#include <string>
#include <utility>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "statuses.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/secret_watch.h"

namespace secur32::sanitize {
namespace {

using scripted::BufferAnswer;
using scripted::Memory;

constexpr uint32_t kScript = 1;
constexpr char kSecret[] = "a token to be completed";
constexpr uint32_t kSize = sizeof(kSecret) - 1;

struct Change {
  Memory memory;
  bool claims;
  uint32_t size;
  std::vector<uint8_t> bytes;
  uint32_t expected;
};

std::vector<Change> Changes() {
  return {
      {Memory::kUntouched, false, 0, {}, kSize},
      {Memory::kGiven, false, 0, {}, 0},
      {Memory::kGiven, false, 0, Bytes("done"), 4},
      {Memory::kGiven, true, kSize, Bytes("done"), kSize},
      {Memory::kGiven, false, 0, std::vector<uint8_t>(2 * kSize, 'x'), 0},
      {Memory::kGiven, true, kSize + 1, {}, 0},
      {Memory::kGiven, true, UINT32_MAX, {}, 0},
      {Memory::kNull, true, kSize, {}, 0},
      {Memory::kNull, false, 0, {}, 0},
      {Memory::kForeign, true, 4, {}, 0},
  };
}

void RunCase(const wchar_t* package, const Status& status, const Change& change) {
  const auto credential = AcquireFor(package, kScript);
  CompleteToken complete;
  complete.context = MakeContext(LegSide::kAccept, credential);
  EXPECT(complete.context != nullptr);
  EXPECT(FillInput(
      {{SECBUFFER_TOKEN, Bytes(kSecret)}, {SECBUFFER_TOKEN, {}}, {SECBUFFER_EMPTY, {}, false}},
      &complete.token));
  scripted::Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(status.value);
  BufferAnswer buffer;
  buffer.memory = change.memory;
  buffer.sets_size = change.claims;
  buffer.size = change.size;
  buffer.bytes = change.bytes;
  answer.outputs = {buffer, buffer};
  AddAnswer(kScript, scripted::Call::kComplete, std::move(answer));

  RunCompleteToken(&complete);
  EXPECT(static_cast<uint32_t>(complete.status) == status.value);
  EXPECT(complete.context->failed() == (complete.status < 0));
  EXPECT(complete.token.written_size(0) == change.expected);
  // There is no room in an empty one, and none in an absent one.
  EXPECT(complete.token.written_size(1) == 0);
  EXPECT(complete.token.written_size(2) == 0);
  ReadToken(&complete);

  const SecretWatch watch(kSecret, kSize);
  complete.token.~InputBuffers();
  new (&complete.token) InputBuffers;
  EXPECT(SecretWatch::found() == 0);
}

void RunAll() {
  const std::vector<Change> changes = Changes();
  for (const wchar_t* const package : kPackageKinds) {
    for (const Status& status : kStatuses) {
      for (const Change& change : changes) {
        BeginCase(std::string(status.name) + ", change " +
                  std::to_string(&change - changes.data()));
        RunCase(package, status, change);
        ExpectNothingLeft();
      }
    }
  }
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  sanitize::RunAll();
  return sanitize::EndProgram();
}
