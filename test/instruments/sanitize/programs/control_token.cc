// ApplyControlToken with every status, every shape of input, and packages that
// do to it what they like.
#include "sspi/control_token.h"

#include <memory>
#include <string>
#include <utility>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "statuses.h"
#include "support/answers.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/secret_watch.h"

namespace secur32::sanitize {
namespace {

using scripted::Answer;
using scripted::BufferAnswer;
using scripted::Memory;

constexpr uint32_t kScript = 1;
constexpr char kSecret[] = "a control token with a secret";

std::vector<std::vector<InputBytes>> Inputs() {
  return {
      {},
      {{SECBUFFER_TOKEN, {1, 0, 0, 0}}},
      {{SECBUFFER_TOKEN, Bytes(kSecret)}},
      {{SECBUFFER_TOKEN, {}}},
      {{SECBUFFER_TOKEN, {}, false}},
      {{SECBUFFER_TOKEN, Bytes(kSecret)}, {SECBUFFER_EMPTY, {}, false}, {SECBUFFER_DATA, {7}}},
  };
}

std::vector<std::vector<BufferAnswer>> Changes() {
  return {
      {},
      {Written(Bytes("x"))},
      {Written(std::vector<uint8_t>(100, 'x'))},
      {In(Memory::kGiven, UINT32_MAX)},
      {In(Memory::kNull, 5), In(Memory::kForeign, 5)},
      {Retyped(In(Memory::kForeign, UINT32_MAX), SECBUFFER_EXTRA), In(Memory::kNull, UINT32_MAX)},
  };
}

void RunCase(const wchar_t* package, const Status& status, const std::vector<InputBytes>& bytes,
             const std::vector<BufferAnswer>& changes) {
  const auto context = MakeContext(LegSide::kInitialize, AcquireFor(package, kScript));
  Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(status.value);
  answer.inputs = changes;
  AddAnswer(kScript, scripted::Call::kApplyControl, answer);
  auto input = std::make_unique<InputBuffers>();
  EXPECT(FillInput(bytes, input.get()));
  EXPECT(RunControlToken(context.get(), input.get()) == answer.status);
  // The next leg tells whether the context can go on.
  EXPECT(!context->failed());
  const SecretWatch watch(kSecret, sizeof(kSecret) - 1);
  input.reset();
  EXPECT(SecretWatch::found() == 0);
}

void RunAll() {
  const auto inputs = Inputs();
  const auto changes = Changes();
  for (const wchar_t* const package : kPackageKinds) {
    for (const Status& status : kStatuses) {
      for (const auto& input : inputs) {
        for (const auto& change : changes) {
          BeginCase(std::string(status.name) + ", input " + std::to_string(&input - inputs.data()) +
                    ", change " + std::to_string(&change - changes.data()));
          RunCase(package, status, input, change);
          ExpectNothingLeft();
        }
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
