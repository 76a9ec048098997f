// Every status of SSPI, on both sides, on first and later legs, with every
// shape of output that a package can leave behind. Each leg ends with nothing
// left and no rule broken, gives out what was written and no more, and leaves
// the context in the state that the status says.
#include "support/legs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "statuses.h"
#include "support/answers.h"
#include "support/checks.h"
#include "support/own_memory.h"
#include "support/secret_watch.h"

namespace secur32::sanitize {
namespace {

using scripted::Answer;
using scripted::BufferAnswer;
using scripted::Call;
using scripted::HandleChange;
using scripted::Memory;

constexpr uint32_t kScript = 1;
constexpr uint32_t kOwnSize = 100;
constexpr uint32_t kEverything = UINT32_MAX;
constexpr char kSecret[] = "a secret in a token";

// What a package leaves in the output, and what the addon makes of it.
struct Shape {
  const char* name;
  bool asks_allocation;
  std::vector<OutputRequest> requests;
  std::vector<BufferAnswer> answers;
  // Bytes of the first output, if the leg succeeds.
  uint32_t expected = 0;
  // The same where there is room for a whole token behind what was announced.
  uint32_t expected_with_reserve = 0;
};

std::vector<Shape> OwnShapes() {
  const std::vector<OutputRequest> one = {{SECBUFFER_TOKEN, kOwnSize}};
  const BufferAnswer token = Written(Bytes(kSecret));
  constexpr uint32_t kSize = sizeof(kSecret) - 1;
  const BufferAnswer full = Written(std::vector<uint8_t>(kOwnSize, 'f'));
  std::vector<Shape> shapes = {
      {"untouched", false, one, {}},
      {"blank", false, one, {In(Memory::kGiven, kOwnSize)}},
      {"empty", false, one, {Written({})}},
      {"short", false, one, {token}, kSize, kSize},
      {"full", false, one, {full}, kOwnSize, kOwnSize},
      {"one more than there is", false, one, {Claimed(full, kOwnSize + 1)}, 0, kOwnSize + 1},
      {"claims everything", false, one, {Claimed(token, kEverything)}},
      {"claims half of everything", false, one, {Claimed(token, 0x80000000)}},
      {"NULL that claims bytes", false, one, {In(Memory::kNull, kSize)}},
      {"foreign memory", false, one, {In(Memory::kForeign, kSize)}},
      {"the input's memory", false, one, {In(Memory::kInput, 5)}},
      {"nothing, which claims bytes", false, {{SECBUFFER_TOKEN, 0}}, {token}, 0, kSize},
      {"a marked token",
       false,
       {{SECBUFFER_TOKEN | SECBUFFER_READONLY, kOwnSize}},
       {token},
       kSize,
       kSize},
      {"default size", false, {{SECBUFFER_TOKEN, kDefaultSize}}, {}},
  };
  for (const uint32_t type :
       {SECBUFFER_EMPTY, SECBUFFER_DATA, SECBUFFER_MISSING, SECBUFFER_EXTRA, SECBUFFER_ALERT}) {
    shapes.push_back({"retyped", false, one, {Retyped(token, type)}, kSize, kSize});
  }
  return shapes;
}

std::vector<Shape> PackageShapes() {
  const std::vector<OutputRequest> one = {{SECBUFFER_TOKEN, kDefaultSize}};
  const BufferAnswer token = Written(Bytes("token"));
  std::vector<Shape> shapes = {
      {"allocated", true, one, {token}, 5, 5},
      {"allocated, not all of it used", true, one, {Claimed(token, 2)}, 2, 2},
      {"allocated, nothing used", true, one, {Claimed(token, 0)}},
      {"NULL", true, one, {In(Memory::kNull, 0)}},
      {"NULL that claims bytes", true, one, {In(Memory::kNull, 7)}},
      {"NULL that claims everything", true, one, {In(Memory::kNull, kEverything)}},
      {"a size for what the package allocates", true, {{SECBUFFER_TOKEN, 3}}, {token}, 5, 5},
  };
  for (const uint32_t type :
       {SECBUFFER_EMPTY, SECBUFFER_DATA, SECBUFFER_MISSING, SECBUFFER_EXTRA, SECBUFFER_ALERT}) {
    shapes.push_back({"allocated and retyped", true, one, {Retyped(token, type)}, 5, 5});
  }
  return shapes;
}

std::vector<Shape> SeveralShapes() {
  const BufferAnswer token = Written(Bytes("token"));
  const BufferAnswer alert = Written(Bytes("alert"));
  return {
      {"no output", false, {}, {token}},
      {"an alert beside the token",
       false,
       {{SECBUFFER_TOKEN, kOwnSize}, {SECBUFFER_ALERT, kDefaultSize}},
       {token, alert},
       5,
       5},
      {"an alert of a size", false, {{SECBUFFER_ALERT, 10}}, {alert}, 5, 5},
      {"both allocated",
       true,
       {{SECBUFFER_TOKEN, kDefaultSize}, {SECBUFFER_ALERT, kDefaultSize}},
       {token, alert},
       5,
       5},
      {"pointers that are not given",
       false,
       {{SECBUFFER_TOKEN, kOwnSize},
        {SECBUFFER_EXTRA, kDefaultSize},
        {SECBUFFER_DATA, kDefaultSize},
        {SECBUFFER_APPLICATION_PROTOCOLS, 20}},
       {token, In(Memory::kInput, 3), In(Memory::kForeign, 60), Written(Bytes("h2"))},
       5,
       5},
  };
}

// What a package makes of its input, one after the other.
std::vector<std::vector<BufferAnswer>> InputChanges() {
  return {
      {},
      {Retyped(In(Memory::kGiven, 2), SECBUFFER_EXTRA)},
      {Retyped(In(Memory::kGiven, kEverything), SECBUFFER_MISSING)},
      {Retyped(In(Memory::kNull, kEverything), SECBUFFER_EXTRA)},
      {In(Memory::kForeign, 64), Retyped(In(Memory::kGiven, 0x7fffffff), SECBUFFER_EXTRA)},
      {In(Memory::kNull, 0), In(Memory::kForeign, 5)},
  };
}

// A later leg takes its context's credential, or another one of the package.
enum class Kind { kFirst, kLaterSameCredential, kLaterOtherCredential };
constexpr Kind kKinds[] = {Kind::kFirst, Kind::kLaterSameCredential, Kind::kLaterOtherCredential};
constexpr HandleChange kHandleChanges[] = {HandleChange::kStays, HandleChange::kChanges,
                                           HandleChange::kScribbled};

struct LegCase {
  LegSide side;
  const wchar_t* package;
  Kind kind;
  Status status;
  const Shape* shape;
  bool announces_error;
};

// Some things change from case to case instead of in every combination.
uint32_t turn = 0;

template <typename Container>
const auto& TakeTurn(const Container& container) {
  return *(std::begin(container) + turn % std::size(container));
}

void Script(const LegCase& leg_case) {
  static const std::vector<std::vector<BufferAnswer>> changes = InputChanges();
  Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(leg_case.status.value);
  answer.sets_attributes = true;
  const uint32_t extended_error =
      leg_case.side == LegSide::kInitialize ? ISC_RET_EXTENDED_ERROR : ASC_RET_EXTENDED_ERROR;
  answer.attributes = leg_case.announces_error ? extended_error : ~extended_error;
  answer.expiry = INT64_MAX - turn;
  answer.handle = TakeTurn(kHandleChanges);
  answer.outputs = leg_case.shape->answers;
  answer.inputs = TakeTurn(changes);
  const Call call = leg_case.side == LegSide::kInitialize ? Call::kInitialize : Call::kAccept;
  AddAnswer(kScript, call, std::move(answer));
}

uint32_t ExpectedBytes(const LegCase& leg_case, const Leg& leg) {
  const Shape& shape = *leg_case.shape;
  const bool reserve = leg_case.package == kPackageKinds[2];
  const uint32_t written = reserve ? shape.expected_with_reserve : shape.expected;
  if (leg.status >= 0) return written;
  const uint32_t type = PlainType(leg.output.type(0));
  if (type == SECBUFFER_ALERT) return written;
  return type == SECBUFFER_TOKEN && leg_case.announces_error ? written : 0;
}

void ExpectOutput(const LegCase& leg_case, const Leg& leg) {
  ReadOutput(leg);
  for (uint32_t i = 0; i < leg.output.count(); ++i) {
    EXPECT(leg.output.written(i) != nullptr || leg.output.written_size(i) == 0);
  }
  if (leg.output.count() > 0) EXPECT(leg.output.written_size(0) == ExpectedBytes(leg_case, leg));
}

// The handle of a context that goes on is the one of the package.
void ExpectUsable(const LegCase& leg_case, const std::shared_ptr<Context>& context) {
  Leg leg;
  const std::vector<InputBytes> input = {{SECBUFFER_TOKEN, Bytes("again")}};
  EXPECT(FillLeg(leg_case.side, context->credential(), context, 0, input,
                 {{SECBUFFER_TOKEN, kDefaultSize}}, &leg) == LegPreparation::kReady);
  RunLeg(&leg);
  EXPECT(leg.status == SEC_E_OK);
}

void ExpectContext(const LegCase& leg_case, Leg* leg, const std::shared_ptr<Context>& context) {
  const bool succeeded = leg->status >= 0;
  const bool incomplete =
      leg->status == SEC_E_INCOMPLETE_MESSAGE && leg_case.package == kPackageKinds[1];
  EXPECT((leg->created != nullptr) == (succeeded && context == nullptr));
  if (leg->created != nullptr) {
    EXPECT(leg->created->credential() == leg->credential);
    ExpectUsable(leg_case, leg->created);
  }
  if (context == nullptr) return;
  EXPECT(context->failed() == !(succeeded || incomplete));
  if (succeeded) EXPECT(context->credential() == leg->credential);
  if (!context->failed()) ExpectUsable(leg_case, context);
}

void RunCase(const LegCase& leg_case) {
  ++turn;
  const std::shared_ptr<Credential> first = AcquireFor(leg_case.package, 0);
  const std::shared_ptr<Credential> credential = AcquireFor(leg_case.package, kScript);
  std::shared_ptr<Context> context;
  if (leg_case.kind == Kind::kLaterOtherCredential) context = MakeContext(leg_case.side, first);
  // This one's script has nothing yet.
  if (leg_case.kind == Kind::kLaterSameCredential) context = MakeContext(leg_case.side, credential);
  auto leg = std::make_unique<Leg>();
  const std::vector<InputBytes> input = {{SECBUFFER_TOKEN, Bytes(kSecret)},
                                         {SECBUFFER_CHANNEL_BINDINGS, Bytes("bindings")},
                                         {SECBUFFER_EMPTY, {}, false}};
  const uint32_t request = leg_case.shape->asks_allocation ? ISC_REQ_ALLOCATE_MEMORY : 0u;
  const LegPreparation preparation = FillLeg(leg_case.side, credential, context, request, input,
                                             leg_case.shape->requests, leg.get());
  const bool unsafe = leg_case.package == kPackageKinds[2] &&
                      (leg_case.shape->requests.empty() ||
                       PlainType(leg_case.shape->requests[0].type) != SECBUFFER_TOKEN);
  EXPECT(preparation == (unsafe ? LegPreparation::kUnsafeBuffers : LegPreparation::kReady));
  if (preparation != LegPreparation::kReady) return;
  Script(leg_case);
  ScriptOwnMemory(leg.get(), leg_case.shape->answers);
  RunLeg(leg.get());
  EXPECT(static_cast<uint32_t>(leg->status) == leg_case.status.value);
  ExpectOutput(leg_case, *leg);
  ExpectContext(leg_case, leg.get(), context);

  const SecretWatch watch(kSecret, sizeof(kSecret) - 1);
  leg.reset();
  EXPECT(SecretWatch::found() == 0);
}

std::vector<Shape> AllShapes() {
  std::vector<Shape> shapes;
  for (const std::vector<Shape>& group : {OwnShapes(), PackageShapes(), SeveralShapes()}) {
    shapes.insert(shapes.end(), group.begin(), group.end());
  }
  return shapes;
}

std::string NameOf(const LegCase& leg_case) {
  std::string name = leg_case.side == LegSide::kInitialize ? "initialize, " : "accept, ";
  for (const wchar_t* letter = leg_case.package; *letter != 0; ++letter) {
    name.push_back(static_cast<char>(*letter));
  }
  constexpr const char* kKindNames[] = {", first leg", ", later leg", ", other credential"};
  return name.append(kKindNames[static_cast<int>(leg_case.kind)])
      .append(", ")
      .append(leg_case.status.name)
      .append(", ")
      .append(leg_case.shape->name)
      .append(leg_case.announces_error ? ", an error token is announced" : "");
}

void RunAll() {
  const std::vector<Shape> shapes = AllShapes();
  for (const LegSide side : {LegSide::kInitialize, LegSide::kAccept}) {
    for (const wchar_t* const package : kPackageKinds) {
      for (const Kind kind : kKinds) {
        for (const Status& status : kStatuses) {
          for (const Shape& shape : shapes) {
            for (const bool announces_error : {false, true}) {
              const LegCase leg_case{side, package, kind, status, &shape, announces_error};
              BeginCase(NameOf(leg_case));
              RunCase(leg_case);
              ExpectNothingLeft();
            }
          }
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
