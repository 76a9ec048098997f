// Bytes as a story: credentials, contexts and calls in any order, with buffers
// of any shape and packages that answer anything that SSPI lets them. After
// each story nothing is left and no rule was broken.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "sspi/attributes.h"
#include "sspi/control_token.h"
#include "sspi/packages.h"
#include "sspi/provider.h"
#include "sspi/text.h"
#include "sspi/transfer.h"
#include "statuses.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/messages.h"
#include "support/own_memory.h"
#include "support/records.h"
#include "support/set_record.h"

namespace secur32::sanitize {
namespace {

using scripted::Answer;
using scripted::BufferAnswer;
using scripted::Call;
using scripted::Memory;

constexpr uint32_t kScript = 1;
constexpr size_t kMostHandles = 6;
constexpr uint32_t kMostBytes = 400;
// One more than there may be, now and then.
constexpr uint32_t kMostBuffers = kMaxSecBuffers + 1;

// Takes the story's bytes; zeros when they are used up.
class Story {
 public:
  Story(const uint8_t* bytes, size_t size) : at_(bytes), end_(bytes + size) {}

  bool ended() const { return at_ == end_; }
  uint8_t Byte() { return ended() ? 0 : *at_++; }
  bool Flag() { return (Byte() & 1) != 0; }
  uint32_t Below(uint32_t limit) { return Byte() % limit; }
  uint32_t Word() {
    uint32_t word = Byte();
    for (int i = 0; i < 3; ++i) word = word << 8 | Byte();
    return word;
  }
  template <typename T, size_t count>
  T OneOf(const T (&values)[count]) {
    return values[Below(count)];
  }
  std::vector<uint8_t> Bytes(uint32_t size) {
    std::vector<uint8_t> bytes(size, 0);
    const size_t taken = std::min<size_t>(size, static_cast<size_t>(end_ - at_));
    // Long memory costs the story only what it says of it.
    const size_t told = std::min<size_t>(taken, 16);
    if (told > 0) std::memcpy(bytes.data(), at_, told);
    at_ += told;
    return bytes;
  }

 private:
  const uint8_t* at_;
  const uint8_t* const end_;
};

uint32_t TakeSize(Story* story) {
  constexpr uint32_t kSizes[] = {0, 1, 5, 16, 100, 300, 2999, 3000, 3001};
  return story->Flag() ? story->OneOf(kSizes) : story->Below(kMostBytes);
}

uint32_t TakeType(Story* story) {
  constexpr uint32_t kTypes[] = {SECBUFFER_TOKEN,
                                 SECBUFFER_TOKEN,
                                 SECBUFFER_TOKEN,
                                 SECBUFFER_EMPTY,
                                 SECBUFFER_DATA,
                                 SECBUFFER_MISSING,
                                 SECBUFFER_EXTRA,
                                 SECBUFFER_CHANGE_PASS_RESPONSE,
                                 SECBUFFER_ALERT,
                                 SECBUFFER_APPLICATION_PROTOCOLS,
                                 SECBUFFER_TOKEN | SECBUFFER_READONLY,
                                 SECBUFFER_ALERT | 0x60000000u};
  return story->OneOf(kTypes);
}

SECURITY_STATUS TakeStatus(Story* story) {
  const uint8_t choice = story->Byte();
  if (choice < 64) return SEC_E_OK;
  if (choice > 250) return static_cast<SECURITY_STATUS>(story->Word());
  constexpr size_t kCount = sizeof(kStatuses) / sizeof(kStatuses[0]);
  return static_cast<SECURITY_STATUS>(kStatuses[choice % kCount].value);
}

// Mostly about as much as there is.
uint32_t TakeClaim(Story* story, uint32_t capacity) {
  const uint8_t choice = story->Byte();
  if (choice < 8) return UINT32_MAX;
  if (choice < 16) return story->Word();
  return capacity + choice % 5 - 2;
}

// What a package may do to memory that is the caller's: anything but write
// where there is none.
BufferAnswer AnswerForOwn(Story* story, uint32_t capacity) {
  BufferAnswer answer;
  answer.memory = static_cast<Memory>(story->Below(5));
  answer.sets_type = story->Flag();
  if (answer.sets_type) answer.type = TakeType(story);
  answer.sets_size = story->Flag();
  if (answer.sets_size) answer.size = TakeClaim(story, capacity);
  if (story->Flag()) answer.bytes = story->Bytes(TakeSize(story));
  return answer;
}

// In its own memory it says the truth, and gives only what is asked for.
BufferAnswer AnswerForPackage(Story* story, uint32_t type) {
  const bool given =
      type == SECBUFFER_TOKEN || type == SECBUFFER_ALERT || type == SECBUFFER_CHANGE_PASS_RESPONSE;
  constexpr Memory kGivenMemory[] = {Memory::kGiven, Memory::kNull, Memory::kUntouched};
  constexpr Memory kOtherMemory[] = {Memory::kForeign, Memory::kInput, Memory::kNull,
                                     Memory::kUntouched};
  BufferAnswer answer;
  answer.memory = given ? story->OneOf(kGivenMemory) : story->OneOf(kOtherMemory);
  answer.sets_type = story->Flag();
  if (answer.sets_type) answer.type = TakeType(story);
  if (answer.memory == Memory::kGiven) answer.bytes = story->Bytes(TakeSize(story));
  answer.sets_size = story->Flag();
  const auto size = static_cast<uint32_t>(answer.bytes.size());
  if (!answer.sets_size) return answer;
  answer.size = size == 0 ? story->Word() : story->Byte() % (size + 1);
  return answer;
}

void TakeInput(Story* story, InputBuffers* buffers) {
  const uint32_t count = story->Below(kMostBuffers + 1);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t type = i == 0 && story->Flag() ? SECBUFFER_TOKEN : TakeType(story);
    if (story->Below(4) == 0) {
      if (!buffers->AddAbsent(type)) return;
      continue;
    }
    const std::vector<uint8_t> bytes = story->Bytes(TakeSize(story));
    if (!buffers->Add(type, bytes.size())) return;
    if (!bytes.empty()) std::memcpy(buffers->bytes(i), bytes.data(), bytes.size());
  }
}

std::vector<OutputRequest> TakeRequests(Story* story) {
  std::vector<OutputRequest> requests(story->Below(kMostBuffers + 1));
  for (OutputRequest& request : requests) {
    request.type = TakeType(story);
    request.size = story->Flag() ? kDefaultSize : TakeSize(story);
  }
  return requests;
}

class Teller {
 public:
  explicit Teller(Story* story) : story_(story) {}

  void Tell() {
    using Chapter = void (Teller::*)();
    constexpr Chapter kChapters[] = {
        &Teller::AcquireCredential, &Teller::RunFirstLeg,     &Teller::RunLaterLeg,
        &Teller::RunLaterLeg,       &Teller::Complete,        &Teller::Query,
        &Teller::CloseContext,      &Teller::CloseCredential, &Teller::ReadText,
        &Teller::ListPackages,      &Teller::SendMessage,     &Teller::SendMessage,
        &Teller::QueryCredential,   &Teller::SetContext,      &Teller::SetCredential,
        &Teller::Control,           &Teller::Export,          &Teller::Import};
    while (!story_->ended()) {
      (this->*story_->OneOf(kChapters))();
      // What nobody asked for is not for the next call.
      scripted::ForgetScripts();
    }
  }

 private:
  void AcquireCredential() {
    if (credentials_.size() == kMostHandles) return;
    Acquire acquire;
    FillAcquire(TakePackage(), kScript, &acquire);
    if (story_->Flag()) {
      EXPECT(AssignText(L"alice", &acquire.user));
      EXPECT(AssignText(L"secret", &acquire.password));
      if (story_->Flag()) EXPECT(AssignText(L"SSPI", &acquire.domain));
      if (story_->Flag()) EXPECT(AssignText(L"!ntlm", &acquire.package_list));
    }
    Answer answer;
    answer.status = TakeStatus(story_);
    answer.handle = static_cast<scripted::HandleChange>(story_->Below(3));
    AddAnswer(kScript, Call::kAcquire, std::move(answer));
    RunAcquire(&acquire);
    EXPECT(!acquire.password.present());
    if (acquire.credential != nullptr) credentials_.push_back(std::move(acquire.credential));
  }

  const wchar_t* TakePackage() {
    constexpr const wchar_t* kPackages[] = {L"Scripted", L"CREDSSP",   L"NTLM",
                                            L"Kerberos", L"Negotiate", L"Schannel"};
    return story_->OneOf(kPackages);
  }

  std::shared_ptr<Credential> AnyCredential() {
    if (credentials_.empty()) credentials_.push_back(AcquireFor(kPackageKinds[0], kScript));
    return credentials_[story_->Below(static_cast<uint32_t>(credentials_.size()))];
  }

  std::shared_ptr<Context> AnyContext() {
    if (contexts_.empty()) return nullptr;
    return contexts_[story_->Below(static_cast<uint32_t>(contexts_.size()))];
  }

  void RunFirstLeg() {
    if (contexts_.size() == kMostHandles) return;
    RunLegOf(static_cast<LegSide>(story_->Below(2)), AnyCredential(), nullptr);
  }

  void RunLaterLeg() {
    const std::shared_ptr<Context> context = AnyContext();
    if (context == nullptr) return;
    // Imported contexts take no legs.
    if (context->credential() == nullptr) return;
    const std::shared_ptr<Credential> other = AnyCredential();
    const bool takes_other = story_->Flag() && other->IsOfSamePackage(*context->credential());
    // A context that failed is refused by whoever enters it.
    if (context->failed()) return;
    RunLegOf(context->side(), takes_other ? other : context->credential(), context);
  }

  void RunLegOf(LegSide side, const std::shared_ptr<Credential>& credential,
                const std::shared_ptr<Context>& context) {
    Leg leg;
    leg.side = side;
    leg.credential = credential;
    leg.context = context;
    leg.context_req = story_->Byte() << 4;
    if (story_->Flag()) EXPECT(AssignText(L"HTTP/host", &leg.target_name));
    TakeInput(story_, &leg.input);
    const std::vector<OutputRequest> requests = TakeRequests(story_);
    if (PrepareLeg(&leg, requests.data(), static_cast<uint32_t>(requests.size())) !=
        LegPreparation::kReady) {
      return;
    }
    AddAnswer(kScript, side == LegSide::kInitialize ? Call::kInitialize : Call::kAccept,
              TakeLegAnswer(&leg));
    RunLeg(&leg);
    ReadOutput(leg);
    if (leg.created != nullptr) contexts_.push_back(std::move(leg.created));
  }

  Answer TakeLegAnswer(Leg* leg) {
    Answer answer;
    answer.status = TakeStatus(story_);
    answer.sets_attributes = true;
    answer.attributes = story_->Byte() << 10;
    answer.handle = static_cast<scripted::HandleChange>(story_->Below(3));
    const bool has_input = leg->input.count() > 0;
    for (uint32_t i = 0; i < leg->input.count() && story_->Flag(); ++i) {
      answer.inputs.push_back(AnswerForInput(leg->input.size(i)));
    }
    for (uint32_t i = 0; i < leg->output.count(); ++i) {
      const SecBuffer& buffer = leg->output.descriptor()->pBuffers[i];
      const bool own = buffer.pvBuffer != nullptr;
      answer.outputs.push_back(own ? AnswerForOwn(story_, buffer.cbBuffer)
                                   : AnswerForPackage(story_, PlainType(buffer.BufferType)));
      if (!has_input && answer.outputs.back().memory == Memory::kInput) {
        answer.outputs.back().memory = Memory::kNull;
      }
    }
    ScriptOwnMemory(leg, answer.outputs);
    return answer;
  }

  // An absent one stays without memory.
  BufferAnswer AnswerForInput(uint32_t size) {
    BufferAnswer answer = AnswerForOwn(story_, size);
    if (answer.memory == Memory::kInput) answer.memory = Memory::kGiven;
    if (size == 0) answer.bytes.clear();
    return answer;
  }

  void Complete() {
    CompleteToken complete;
    complete.context = AnyContext();
    if (complete.context == nullptr) return;
    TakeInput(story_, &complete.token);
    Answer answer;
    answer.status = TakeStatus(story_);
    for (uint32_t i = 0; i < complete.token.count() && story_->Flag(); ++i) {
      answer.outputs.push_back(AnswerForInput(complete.token.size(i)));
    }
    AddAnswer(kScript, Call::kComplete, std::move(answer));
    RunCompleteToken(&complete);
    ReadToken(&complete);
  }

  void Query() {
    const std::shared_ptr<Context> context = AnyContext();
    if (context != nullptr) QueryOf(ContextLayouts(), Call::kQueryAttributes, context.get());
  }

  void QueryCredential() {
    QueryOf(CredentialLayouts(), Call::kQueryCredentialsAttributes, AnyCredential().get());
  }

  template <typename Handle>
  void QueryOf(const std::vector<const AttributeLayout*>& layouts, Call call, Handle* handle) {
    const AttributeLayout& layout = AnyOf(layouts);
    if (!layout.CanQuery()) return;
    // This package's names are never freed; those of the script would be left.
    const bool lent = (handle->traits() & kOwnsKeyNames) != 0;
    if (lent && layout.attribute == SECPKG_ATTR_KEY_INFO) return;
    AddAnswer(kScript, call, TakeRecord(layout));
    AttributeQuery query(layout);
    query.Run(handle);
    ReadRecord(query);
  }

  const AttributeLayout& AnyOf(const std::vector<const AttributeLayout*>& layouts) {
    return *layouts[story_->Below(static_cast<uint32_t>(layouts.size()))];
  }

  Answer TakeRecord(const AttributeLayout& layout) {
    const SECURITY_STATUS status = TakeStatus(story_);
    // A package that fails keeps what it allocated, also if it says so by an error of Windows.
    if (status < 0 || (status > 0 && status <= 0xffff)) return AnswerWithGarbage(layout, status);
    const RecordShape shape = story_->OneOf(kRecordShapes);
    const uint32_t count = story_->Below(64);
    Answer answer = AnswerWithRecord(layout, shape, count, story_->Bytes(story_->Below(64)));
    answer.status = status;
    return answer;
  }

  void SetContext() {
    const std::shared_ptr<Context> context = AnyContext();
    if (context == nullptr) return;
    Answer answer;
    answer.status = TakeStatus(story_);
    AddAnswer(kScript, Call::kSetAttributes, answer);
    SetOf(ContextLayouts(), context.get());
  }

  void SetCredential() { SetOf(CredentialLayouts(), AnyCredential().get()); }

  template <typename Handle>
  void SetOf(const std::vector<const AttributeLayout*>& layouts, Handle* handle) {
    const AttributeLayout& layout = AnyOf(layouts);
    if (!layout.CanSet()) return;
    AttributeSetting setting(layout);
    for (uint32_t i = 0; i < layout.field_count; ++i) {
      const Field& field = layout.fields[i];
      bool no_memory = false;
      if (field.kind == FieldKind::kPointer) {
        setting.PutPointer(field, story_->Word());
      } else if (field.kind != FieldKind::kBytes && field.kind != FieldKind::kRecord) {
        setting.PutNumber(field, field.kind == FieldKind::kU16 ? story_->Byte() : story_->Word());
      } else if (field.kind == FieldKind::kRecord || story_->Flag()) {
        const std::vector<uint8_t> bytes = story_->Bytes(TakeSize(story_));
        EXPECT(setting.PutBytes(i, bytes.data(), bytes.size(), &no_memory));
      }
    }
    setting.Run(handle);
    TakeSetRecord();
  }

  // In memory of the caller's a package may write as far as it goes, and say
  // and point to what it likes.
  void SendMessage() {
    const std::shared_ptr<Context> context = AnyContext();
    if (context == nullptr) return;
    Message message;
    message.call = story_->OneOf(kMessageCalls);
    std::vector<Part> parts(1 + story_->Below(kMostBuffers));
    Answer answer;
    answer.status = TakeStatus(story_);
    for (Part& part : parts) {
      part.type = TakeType(story_);
      part.present = story_->Below(4) != 0;
      if (part.present) part.bytes = story_->Bytes(TakeSize(story_));
      answer.outputs.push_back(AnswerForMessage(part.bytes));
    }
    if (!FillMessage(&parts, &message.buffers)) return;
    // Which of Wine's packages it is that another one hands through.
    constexpr uint32_t kSignatures[] = {16, 37, 0};
    const uint32_t signature = story_->OneOf(kSignatures);
    for (int i = 0; i < 3; ++i) {
      AddAnswer(kScript, Call::kQueryAttributes, SizesAnswer({0, signature, 0, 16}));
    }
    if (CheckMessage(message, context.get()) != MessageCheck::kFine) return;
    constexpr Call kCalls[] = {Call::kEncrypt, Call::kDecrypt, Call::kMakeSignature,
                               Call::kVerifySignature};
    AddAnswer(kScript, kCalls[static_cast<int>(message.call)], std::move(answer));
    RunMessage(&message, context.get());
    ReadMessage(parts, message.buffers);
  }

  static Answer SizesAnswer(const SecPkgContext_Sizes& sizes) {
    const auto* const bytes = reinterpret_cast<const uint8_t*>(&sizes);
    Answer answer;
    answer.outputs.resize(1);
    answer.outputs[0].bytes.assign(bytes, bytes + sizeof(sizes));
    return answer;
  }

  BufferAnswer AnswerForMessage(const std::vector<uint8_t>& memory) {
    const auto capacity = static_cast<uint32_t>(memory.size());
    BufferAnswer answer = AnswerForOwn(story_, capacity);
    answer.offset = TakeSize(story_);
    // No message function allocates.
    if (capacity == 0) answer.bytes.clear();
    return answer;
  }

  void Control() {
    const std::shared_ptr<Context> context = AnyContext();
    if (context == nullptr) return;
    InputBuffers input;
    TakeInput(story_, &input);
    Answer answer;
    answer.status = TakeStatus(story_);
    for (uint32_t i = 0; i < input.count() && story_->Flag(); ++i) {
      answer.inputs.push_back(AnswerForInput(input.size(i)));
    }
    AddAnswer(kScript, Call::kApplyControl, std::move(answer));
    RunControlToken(context.get(), &input);
  }

  void Export() {
    if (contexts_.empty()) return;
    const uint32_t index = story_->Below(static_cast<uint32_t>(contexts_.size()));
    const uint32_t flags = story_->Below(4);
    Answer answer;
    answer.status = TakeStatus(story_);
    answer.handle = static_cast<scripted::HandleChange>(story_->Below(3));
    answer.token = static_cast<scripted::TokenKind>(story_->Below(3));
    if (story_->Flag()) answer.outputs.push_back(AnswerForPackage(story_, SECBUFFER_TOKEN));
    AddAnswer(kScript, Call::kExport, std::move(answer));
    ExportedContext exported;
    RunExport(contexts_[index].get(), flags, &exported);
    if (exported.token != nullptr) EXPECT(CloseHandle(exported.token));
    const auto* const bytes = static_cast<const uint8_t*>(exported.owner.get());
    if (bytes != nullptr) packed_.assign(bytes, bytes + exported.size);
    const bool gone = exported.status >= 0 && (flags & SECPKG_CONTEXT_EXPORT_DELETE_OLD) != 0;
    if (gone) contexts_.erase(contexts_.begin() + index);
  }

  void Import() {
    if (contexts_.size() == kMostHandles) return;
    // It has to say whose script it follows.
    std::vector<uint8_t> packed = Bytes("packed:1;");
    const std::vector<uint8_t> rest = story_->Flag() ? packed_ : story_->Bytes(story_->Below(20));
    packed.insert(packed.end(), rest.begin(), rest.end());
    Answer answer;
    answer.status = TakeStatus(story_);
    answer.handle = static_cast<scripted::HandleChange>(story_->Below(3));
    AddAnswer(kScript, Call::kImport, std::move(answer));
    ImportedContext imported;
    EXPECT(AssignText(TakePackage(), &imported.package));
    EXPECT(imported.packed.Allocate(packed.size()));
    std::memcpy(imported.packed.data(), packed.data(), packed.size());
    RunImport(&imported);
    if (imported.context != nullptr) contexts_.push_back(std::move(imported.context));
  }

  void CloseContext() {
    if (!contexts_.empty()) contexts_.erase(contexts_.begin());
  }

  void CloseCredential() {
    if (!credentials_.empty()) credentials_.erase(credentials_.begin());
  }

  void ReadText() {
    const std::vector<uint8_t> bytes = story_->Bytes(story_->Below(17));
    ZeroedText text;
    bool no_memory = true;
    if (TextFromUtf8(bytes.data(), bytes.size(), &text, &no_memory)) {
      EXPECT(text.get()[text.length()] == 0);
    }
    EXPECT(!no_memory);
  }

  void ListPackages() { EXPECT(EnumeratePackages().count == 3); }

  Story* const story_;
  std::vector<std::shared_ptr<Credential>> credentials_;
  std::vector<std::shared_ptr<Context>> contexts_;
  std::vector<uint8_t> packed_;
};

}  // namespace
}  // namespace secur32::sanitize

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  secur32::scripted::KeepJournal(false);
  secur32::sanitize::WarmUp();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace secur32::sanitize;
  Story story(bytes, size);
  Teller(&story).Tell();
  ExpectNothingLeft();
  // The fuzzer keeps the story that a program ended over.
  if (CountFailures() > 0) std::abort();
  return 0;
}
