// The message functions: every status, every layout of buffers, and packages
// that point wherever they like and say what they like. Of what the addon gives
// out afterwards all lies in the memory of the message.
#include "support/messages.h"

#include <string>
#include <utility>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "sspi/message.h"
#include "statuses.h"
#include "support/answers.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/records.h"

namespace secur32::sanitize {
namespace {

using scripted::Answer;
using scripted::BufferAnswer;
using scripted::Call;
using scripted::Memory;

constexpr uint32_t kScript = 1;
constexpr uint32_t kEverything = UINT32_MAX;
constexpr uint32_t kFoundQop = 0x80000001;
// Of Wine's NTLM.
constexpr uint32_t kTokenSize = 16;

// Where the addon finds what a package left.
struct Place {
  uint32_t source;
  uint32_t offset;
  uint32_t size;
};

struct Shape {
  const char* name;
  std::vector<Part> parts;
  std::vector<BufferAnswer> answers;
  std::vector<Place> places;
  // A package that does not look at its size is given no such token.
  bool short_token = false;
};

Part Room(uint32_t type, size_t size) { return {type, std::vector<uint8_t>(size, 'm')}; }
Part Absent(uint32_t type) { return {type, {}, false}; }

std::vector<Part> Usual() {
  return {Room(SECBUFFER_TOKEN, 16), Room(SECBUFFER_DATA, 20), Room(SECBUFFER_PADDING, 8)};
}

Shape OfToken(const char* name, const BufferAnswer& token, const Place& place) {
  return {name, Usual(), {token, Untouched(), Untouched()}, {place, {1, 0, 20}, {2, 0, 8}}};
}

Shape OfData(const char* name, std::vector<Part> parts, const BufferAnswer& data,
             const Place& place) {
  const auto size = static_cast<uint32_t>(parts[0].bytes.size());
  // Memory of no bytes is none.
  const Place whole{size == 0 ? kNowhere : 0, 0, size};
  return {name, std::move(parts), {Untouched(), data}, {whole, place}, true};
}

std::vector<Shape> OwnShapes() {
  return {
      OfToken("untouched", Untouched(), {0, 0, 16}),
      OfToken("short", Written(Bytes("token")), {0, 0, 5}),
      OfToken("empty", Written({}), {0, 0, 0}),
      OfToken("full", Written(std::vector<uint8_t>(16, 'f')), {0, 0, 16}),
      OfToken("more than there is", Written(std::vector<uint8_t>(17, 'f')), {kNowhere, 0, 17}),
      OfToken("claims one more", In(Memory::kGiven, 17), {kNowhere, 0, 17}),
      OfToken("claims everything", In(Memory::kGiven, kEverything), {kNowhere, 0, kEverything}),
      OfToken("claims half of everything", In(Memory::kGiven, 0x80000000),
              {kNowhere, 0, 0x80000000}),
      OfToken("NULL that claims bytes", In(Memory::kNull, 5), {kNowhere, 0, 5}),
      OfToken("NULL", In(Memory::kNull, 0), {kNowhere, 0, 0}),
      OfToken("foreign memory", In(Memory::kForeign, 10), {kNowhere, 0, 10}),
      OfToken("nothing of foreign memory", In(Memory::kForeign, 0), {kNowhere, 0, 0}),
      {"every type is another one",
       Usual(),
       {Retyped(Untouched(), SECBUFFER_EMPTY), Retyped(Untouched(), SECBUFFER_STREAM),
        Retyped(Untouched(), SECBUFFER_TOKEN)},
       {{0, 0, 16}, {1, 0, 20}, {2, 0, 8}}},
  };
}

// The plain text of a stream lies inside the stream.
std::vector<Shape> StreamShapes() {
  const std::vector<Part> stream = {Room(SECBUFFER_STREAM, 40), Absent(SECBUFFER_DATA)};
  const std::vector<Part> two = {Room(SECBUFFER_STREAM, 40), Room(SECBUFFER_DATA, 10)};
  const std::vector<Part> nothing = {Room(SECBUFFER_STREAM, 0), Absent(SECBUFFER_DATA)};
  return {
      OfData("a part of the stream", stream, InFirst(8, 32), {0, 8, 32}),
      OfData("the whole stream", stream, InFirst(0, 40), {0, 0, 40}),
      OfData("one byte too many", stream, InFirst(8, 33), {kNowhere, 0, 33}),
      OfData("one byte too far", stream, InFirst(9, 32), {kNowhere, 0, 32}),
      OfData("the end of the stream", stream, InFirst(40, 0), {0, 40, 0}),
      OfData("behind the stream", stream, InFirst(41, 0), {kNowhere, 0, 0}),
      OfData("far behind the stream", stream, InFirst(kEverything, 1), {kNowhere, 0, 1}),
      OfData("a size that wraps around", stream, InFirst(8, kEverything - 7),
             {kNowhere, 0, kEverything - 7}),
      OfData("absent, and stays so", stream, Untouched(), {kNowhere, 0, 0}),
      OfData("NULL that claims a part", stream, In(Memory::kNull, 32), {kNowhere, 0, 32}),
      OfData("own memory is left for the stream's", two, InFirst(8, 32), {0, 8, 32}),
      OfData("own memory is left for nothing", two, In(Memory::kForeign, 10), {kNowhere, 0, 10}),
      OfData("a stream of nothing", nothing, In(Memory::kNull, 5), {kNowhere, 0, 5}),
  };
}

// As Schannel leaves it: the record taken apart, and what belongs to the next.
std::vector<Shape> RecordShapes() {
  const std::vector<Part> record = {Room(SECBUFFER_DATA, 40), Absent(SECBUFFER_EMPTY),
                                    Absent(SECBUFFER_EMPTY), Absent(SECBUFFER_EMPTY)};
  return {
      {"header, data, trailer and extra",
       record,
       {Retyped(InFirst(0, 5), SECBUFFER_TOKEN), Retyped(InFirst(5, 20), SECBUFFER_DATA),
        Retyped(InFirst(25, 5), SECBUFFER_PADDING), Retyped(InFirst(30, 10), SECBUFFER_EXTRA)},
       {{0, 0, 5}, {0, 5, 20}, {0, 25, 5}, {0, 30, 10}},
       true},
      {"extra that is nowhere",
       record,
       {Untouched(), Retyped(In(Memory::kNull, 10), SECBUFFER_EXTRA),
        Retyped(In(Memory::kNull, kEverything), SECBUFFER_EXTRA)},
       {{0, 0, 40}, {kNowhere, 0, 10}, {kNowhere, 0, kEverything}, {kNowhere, 0, 0}},
       true},
      {"bytes are missing",
       record,
       {Untouched(), Retyped(In(Memory::kNull, 100), SECBUFFER_MISSING)},
       {{0, 0, 40}, {kNowhere, 0, 100}, {kNowhere, 0, 0}, {kNowhere, 0, 0}},
       true},
  };
}

std::vector<Shape> OtherShapes() {
  std::vector<Shape> shapes = {
      {"only data", {Room(SECBUFFER_DATA, 20)}, {Untouched()}, {{0, 0, 20}}, true},
      {"a token that is too short",
       {Room(SECBUFFER_TOKEN, kTokenSize - 1), Room(SECBUFFER_DATA, 20)},
       {Untouched()},
       {{0, 0, kTokenSize - 1}, {1, 0, 20}},
       true},
      // Of which Wine's packages take the second.
      {"a token that is too short behind one that is marked",
       {Room(SECBUFFER_TOKEN | SECBUFFER_READONLY, 100), Room(SECBUFFER_TOKEN, 1)},
       {Untouched()},
       {{0, 0, 100}, {1, 0, 1}},
       true},
      {"a token that is NULL",
       {Absent(SECBUFFER_TOKEN), Room(SECBUFFER_DATA, 20)},
       {Untouched()},
       {{kNowhere, 0, 0}, {1, 0, 20}},
       true},
      {"marked data",
       {Room(SECBUFFER_TOKEN, 16), Room(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, 20)},
       {Untouched(), Untouched()},
       {{0, 0, 16}, {1, 0, 20}}},
  };
  Shape most{"as many as there may be", {}, {}, {}};
  for (uint32_t i = 0; i < kMaxSecBuffers; ++i) {
    most.parts.push_back(Room(SECBUFFER_TOKEN, 16));
    most.answers.push_back(In(Memory::kGiven, i));
    most.places.push_back({i, 0, i});
  }
  shapes.push_back(std::move(most));
  return shapes;
}

std::vector<Shape> AllShapes() {
  std::vector<Shape> shapes;
  for (const std::vector<Shape>& group :
       {OwnShapes(), StreamShapes(), RecordShapes(), OtherShapes()}) {
    shapes.insert(shapes.end(), group.begin(), group.end());
  }
  return shapes;
}

bool Protects(MessageCall call) {
  return call == MessageCall::kEncrypt || call == MessageCall::kMakeSignature;
}

template <typename Record>
std::vector<uint8_t> BytesOfRecord(const Record& record) {
  const auto* const first = reinterpret_cast<const uint8_t*>(&record);
  return {first, first + sizeof(record)};
}

// Answers one query of attributes.
void ScriptRecord(std::vector<uint8_t> bytes, SECURITY_STATUS status) {
  Answer answer;
  answer.status = status;
  answer.outputs = {Written(std::move(bytes))};
  AddAnswer(kScript, Call::kQueryAttributes, std::move(answer));
}

void ScriptSizes(const SecPkgContext_Sizes& sizes, SECURITY_STATUS status) {
  ScriptRecord(BytesOfRecord(sizes), status);
}

Call CallOf(MessageCall call) {
  constexpr Call kCalls[] = {Call::kEncrypt, Call::kDecrypt, Call::kMakeSignature,
                             Call::kVerifySignature};
  return kCalls[static_cast<int>(call)];
}

void ExpectPlaces(const Shape& shape, const MessageBuffers& buffers) {
  EXPECT(buffers.count() == shape.places.size());
  for (uint32_t i = 0; i < buffers.count(); ++i) {
    EXPECT(buffers.source(i) == shape.places[i].source);
    EXPECT(buffers.offset(i) == shape.places[i].offset);
    EXPECT(buffers.size(i) == shape.places[i].size);
  }
}

void RunCase(const wchar_t* package, MessageCall call, const Status& status, const Shape& shape) {
  const bool measured = package != kPackageKinds[2];
  // Of Wine's NTLM the client alone has keys.
  const auto context = MakeContext(LegSide::kInitialize, AcquireFor(package, kScript));
  std::vector<Part> parts = shape.parts;
  Message message;
  message.call = call;
  message.qop = 7;
  EXPECT(FillMessage(&parts, &message.buffers));

  const SecPkgContext_Sizes sizes{0, kTokenSize, 0, kTokenSize};
  if (!measured) ScriptSizes(sizes, SEC_E_OK);
  const MessageCheck check = CheckMessage(message, context.get());
  const bool unsafe = !measured && Protects(call) && shape.short_token;
  EXPECT(check == (unsafe ? MessageCheck::kWritesPastToken : MessageCheck::kFine));
  if (unsafe) return;
  if (!measured) ScriptSizes(sizes, SEC_E_OK);
  const bool called = measured || !shape.short_token;
  if (called) {
    Answer answer;
    answer.status = static_cast<SECURITY_STATUS>(status.value);
    answer.sets_attributes = true;
    answer.attributes = kFoundQop;
    answer.outputs = shape.answers;
    AddAnswer(kScript, CallOf(call), std::move(answer));
  }
  RunMessage(&message, context.get());
  ReadMessage(parts, message.buffers);
  if (!called) {
    EXPECT(message.status == SEC_E_INVALID_TOKEN);
    return;
  }
  EXPECT(static_cast<uint32_t>(message.status) == status.value);
  EXPECT(message.qop == (Protects(call) ? 7 : kFoundQop));
  ExpectPlaces(shape, message.buffers);
}

void RunAll() {
  const std::vector<Shape> shapes = AllShapes();
  for (const wchar_t* const package : kPackageKinds) {
    for (const MessageCall call : kMessageCalls) {
      for (const Status& status : kStatuses) {
        for (const Shape& shape : shapes) {
          BeginCase(std::string(scripted::NameOf(CallOf(call))) + ", " + status.name + ", " +
                    shape.name);
          RunCase(package, call, status, shape);
          ExpectNothingLeft();
        }
      }
    }
  }
}

// What one call protects the other one unprotects, all of it in place.
void RunThereAndBack(MessageCall protect, MessageCall unprotect) {
  for (const wchar_t* const package : kPackageKinds) {
    BeginCase("there and back");
    {
      const auto context = MakeContext(LegSide::kInitialize, AcquireFor(package, kScript));
      std::vector<Part> parts = Usual();
      parts[1].bytes = Bytes("a message in its own memory");
      Message there;
      there.call = protect;
      EXPECT(FillMessage(&parts, &there.buffers));
      RunMessage(&there, context.get());
      EXPECT(there.status == SEC_E_OK);
      Message back;
      back.call = unprotect;
      EXPECT(FillMessage(&parts, &back.buffers));
      RunMessage(&back, context.get());
      EXPECT(back.status == SEC_E_OK);
      EXPECT(parts[1].bytes == Bytes("a message in its own memory"));
      ReadMessage(parts, back.buffers);
    }
    ExpectNothingLeft();
  }
}

// Wine's packages write a whole token wherever they are told to, and NTLM's
// encrypts one buffer of data.
void RunChecks() {
  struct Check {
    SecPkgContext_Sizes sizes;
    SECURITY_STATUS status;
    uint32_t token;
    uint32_t data;
    // Of the calls in their order.
    MessageCheck expected[4];
  };
  constexpr MessageCheck kFine = MessageCheck::kFine;
  constexpr MessageCheck kPast = MessageCheck::kWritesPastToken;
  constexpr MessageCheck kIgnores = MessageCheck::kIgnoresData;
  const Check checks[] = {
      {{0, 16, 0, 16}, SEC_E_OK, 16, 1, {kFine, kFine, kFine, kFine}},
      {{0, 16, 0, 20}, SEC_E_OK, 16, 1, {kPast, kFine, kFine, kFine}},
      {{0, 16, 0, 8}, SEC_E_OK, 15, 1, {kFine, kFine, kPast, kFine}},
      {{0, 16, 0, 16}, SEC_E_OK, 0, 1, {kPast, kFine, kPast, kFine}},
      {{0, 16, 0, 0}, SEC_E_OK, 100, 1, {kPast, kFine, kFine, kFine}},
      {{0, kEverything, 0, kEverything}, SEC_E_OK, 100, 1, {kPast, kFine, kPast, kFine}},
      {{0, 16, 0, 16}, SEC_E_INTERNAL_ERROR, 16, 1, {kPast, kFine, kPast, kFine}},
      {{0, 16, 0, 16}, SEC_E_OK, 16, 2, {kIgnores, kIgnores, kFine, kFine}},
      {{0, 20, 0, 16}, SEC_E_OK, 100, 2, {kIgnores, kIgnores, kIgnores, kIgnores}},
      {{0, 16, 0, 16}, SEC_E_OK, 16, 0, {kFine, kFine, kFine, kFine}},
  };
  for (const Check& check : checks) {
    for (const MessageCall call : kMessageCalls) {
      BeginCase("check " + std::to_string(&check - checks));
      {
        const auto context = MakeContext(LegSide::kInitialize, AcquireFor(L"NTLM", kScript));
        std::vector<Part> parts(check.data, Room(SECBUFFER_DATA, 5));
        parts.push_back(Room(SECBUFFER_TOKEN, check.token));
        Message message;
        message.call = call;
        EXPECT(FillMessage(&parts, &message.buffers));
        ScriptSizes(check.sizes, check.status);
        EXPECT(CheckMessage(message, context.get()) == check.expected[static_cast<int>(call)]);
      }
      ExpectNothingLeft();
    }
  }
}

// Wine's NTLM would go on with keys of zeros.
void RunWithoutKeys() {
  for (const MessageCall call : kMessageCalls) {
    BeginCase("a side that has no keys");
    {
      const auto context = MakeContext(LegSide::kAccept, AcquireFor(L"NTLM", kScript));
      std::vector<Part> parts = Usual();
      Message message;
      message.call = call;
      EXPECT(FillMessage(&parts, &message.buffers));
      ScriptSizes({0, kTokenSize, 0, kTokenSize}, SEC_E_OK);
      RunMessage(&message, context.get());
      EXPECT(message.status == SEC_E_UNSUPPORTED_FUNCTION);
    }
    ExpectNothingLeft();
  }
}

// Wine's Schannel would read a whole header.
void RunHeaders() {
  for (uint32_t size = 0; size < 10; ++size) {
    BeginCase("a record of " + std::to_string(size) + " bytes");
    {
      const auto context = MakeContext(LegSide::kInitialize, AcquireFor(L"Schannel", kScript));
      std::vector<Part> parts = {Room(SECBUFFER_DATA, size), Absent(SECBUFFER_EMPTY)};
      Message message;
      message.call = MessageCall::kDecrypt;
      EXPECT(FillMessage(&parts, &message.buffers));
      ScriptRecord(BytesOfRecord(SecPkgContext_StreamSizes{5, 0, 0, 4, 0}), SEC_E_OK);
      Answer answer;
      answer.outputs = {Untouched()};
      if (size >= 5) AddAnswer(kScript, Call::kDecrypt, answer);
      RunMessage(&message, context.get());
      EXPECT(message.status == (size < 5 ? SEC_E_INCOMPLETE_MESSAGE : SEC_E_OK));
      if (size < 5) {
        EXPECT(message.buffers.type(0) == SECBUFFER_MISSING);
        EXPECT(message.buffers.size(0) == 5 - size);
      }
      ReadMessage(parts, message.buffers);
    }
    ExpectNothingLeft();
  }
}

void RunEdges() {
  BeginCase("the edges of the buffers");
  MessageBuffers buffers;
  uint8_t byte = 0;
  EXPECT(!buffers.Add(SECBUFFER_DATA, &byte, size_t{UINT32_MAX} + 1));
  EXPECT(buffers.count() == 0);
  for (uint32_t i = 0; i < kMaxSecBuffers; ++i) EXPECT(buffers.Add(SECBUFFER_DATA, &byte, 1));
  EXPECT(!buffers.Add(SECBUFFER_DATA, &byte, 1));
  EXPECT(buffers.descriptor()->cBuffers == kMaxSecBuffers);
  // They all share the byte: each has it for its own.
  for (uint32_t i = 0; i < kMaxSecBuffers; ++i) EXPECT(buffers.source(i) == i);
  EXPECT(buffers.SmallestOf(SECBUFFER_DATA) == 1);
  EXPECT(buffers.SmallestOf(SECBUFFER_TOKEN) == 0);
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  sanitize::RunAll();
  sanitize::RunThereAndBack(MessageCall::kEncrypt, MessageCall::kDecrypt);
  sanitize::RunThereAndBack(MessageCall::kMakeSignature, MessageCall::kVerifySignature);
  sanitize::RunChecks();
  sanitize::RunWithoutKeys();
  sanitize::RunHeaders();
  sanitize::RunEdges();
  return sanitize::EndProgram();
}
