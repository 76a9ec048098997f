// The attributes of contexts and credentials: every record of the table, with
// every status and every shape of memory. What the package allocated is given
// back once and by whom it is for, whatever it left out; what it left behind
// when it failed is not touched. Records that are set. And the lists of packages.
#include "sspi/attributes.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "sspi/live_counts.h"
#include "sspi/packages.h"
#include "sspi/provider.h"
#include "statuses.h"
#include "support/certificates.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/records.h"
#include "support/secret_watch.h"
#include "support/set_record.h"

namespace secur32::sanitize {
namespace {

using scripted::Answer;
using scripted::Call;

constexpr uint32_t kScript = 1;
constexpr char kSecret[] = "a session key";
constexpr uint32_t kSecretSize = sizeof(kSecret) - 1;

// What the attributes are of, and the call that asks for them.
struct OfContexts {
  using Handle = Context;
  static constexpr Call kQuery = Call::kQueryAttributes;
  static constexpr const char* kName = "context";
  static const std::vector<const AttributeLayout*>& Layouts() { return ContextLayouts(); }
  static std::shared_ptr<Context> Make(const wchar_t* package) {
    return MakeContext(LegSide::kAccept, AcquireFor(package, kScript));
  }
};

struct OfCredentials {
  using Handle = Credential;
  static constexpr Call kQuery = Call::kQueryCredentialsAttributes;
  static constexpr const char* kName = "credential";
  static const std::vector<const AttributeLayout*>& Layouts() { return CredentialLayouts(); }
  static std::shared_ptr<Credential> Make(const wchar_t* package) {
    return AcquireFor(package, kScript);
  }
};

bool IsInRecord(FieldKind kind) {
  return kind == FieldKind::kInlineText || kind == FieldKind::kInlineBytes;
}

bool HasPointer(FieldKind kind) { return kind >= FieldKind::kText && !IsInRecord(kind); }

void ExpectField(const AttributeQuery& query, const Field& field, RecordShape shape) {
  if (IsInRecord(field.kind)) {
    EXPECT(query.Memory(field) != nullptr);
    // A count that cannot be true is none at all.
    EXPECT(query.Count(field) <= field.capacity);
    return;
  }
  if (!HasPointer(field.kind)) return;
  const bool has = shape != RecordShape::kNullMembers && shape != RecordShape::kNothing;
  EXPECT((query.Memory(field) != nullptr) == has);
  const bool secret = field.kind == FieldKind::kSecret && shape == RecordShape::kComplete;
  if (!secret) return;
  EXPECT(query.Count(field) >= kSecretSize);
  EXPECT(std::memcmp(query.Memory(field), kSecret, kSecretSize) == 0);
}

// After a failure nothing is left of the record.
void ExpectNothing(const AttributeQuery& query) {
  EXPECT(live_counts.context_buffers == 0);
  for (uint32_t i = 0; i < query.layout().field_count; ++i) {
    const Field& field = query.layout().fields[i];
    if (IsInRecord(field.kind)) continue;
    EXPECT(query.Memory(field) == nullptr);
    EXPECT(HasPointer(field.kind) || query.Number(field) == 0);
  }
}

template <typename Of>
void RunQuery(const std::shared_ptr<typename Of::Handle>& handle, const AttributeLayout& layout,
              SECURITY_STATUS status, RecordShape shape) {
  const bool succeeds = status >= 0;
  Answer answer = AnswerWithGarbage(layout, status);
  if (succeeds) answer = AnswerWithRecord(layout, shape, 5, Bytes(kSecret));
  answer.status = status;
  const uint32_t blocks = CountBlocks(answer);
  AddAnswer(kScript, Of::kQuery, std::move(answer));

  // On the heap, so that what is left in it is seen.
  auto query = std::make_unique<AttributeQuery>(layout);
  EXPECT(query->Run(handle.get()) == status);
  if (succeeds) {
    EXPECT(live_counts.context_buffers == static_cast<int32_t>(blocks));
    EXPECT(CountCertificates() == CountCertificateFields(layout, shape));
    for (uint32_t i = 0; i < layout.field_count; ++i) ExpectField(*query, layout.fields[i], shape);
  } else {
    ExpectNothing(*query);
  }
  ReadRecord(*query);
  query.reset();
  EXPECT(live_counts.context_buffers == 0);
}

// One package after the other, not each in every combination.
const wchar_t* NextPackage() {
  static uint32_t turn = 0;
  return kPackageKinds[turn++ % 3];
}

template <typename Of>
void RunQueries() {
  for (const AttributeLayout* const layout : Of::Layouts()) {
    if (!layout->CanQuery()) continue;
    for (const Status& status : kStatuses) {
      for (const RecordShape shape : kRecordShapes) {
        BeginCase(std::string(Of::kName) + " attribute " + std::to_string(layout->attribute) +
                  ", " + status.name + ", shape " + std::to_string(static_cast<int>(shape)));
        RunQuery<Of>(Of::Make(NextPackage()), *layout, static_cast<SECURITY_STATUS>(status.value),
                     shape);
        ExpectNothingLeft();
      }
    }
  }
}

// Keys lie in memory of the package, which frees it as it is, or in the record.
template <typename Of>
void RunSecrets() {
  for (const AttributeLayout* const layout : Of::Layouts()) {
    if (!layout->CanQuery()) continue;
    bool secret = false;
    for (uint32_t i = 0; i < layout->field_count; ++i) {
      secret |= layout->fields[i].kind == FieldKind::kSecret ||
                layout->fields[i].kind == FieldKind::kInlineBytes;
    }
    if (!secret) continue;
    BeginCase("the keys of attribute " + std::to_string(layout->attribute));
    {
      const auto handle = Of::Make(kPackageKinds[0]);
      Answer answer = AnswerWithRecord(*layout, RecordShape::kComplete, 0, Bytes(kSecret));
      AddAnswer(kScript, Of::kQuery, std::move(answer));
      auto query = std::make_unique<AttributeQuery>(*layout);
      EXPECT(query->Run(handle.get()) == SEC_E_OK);
      const SecretWatch watch(kSecret, kSecretSize);
      query.reset();
      EXPECT(SecretWatch::found() == 0);
    }
    ExpectNothingLeft();
  }
}

uint64_t LoadNumber(const std::vector<uint8_t>& record, size_t offset, size_t width) {
  uint64_t number = 0;
  for (size_t i = width; i-- > 0;) number = number << 8 | record.at(offset + i);
  return number;
}

const uint8_t* BytesAt(const std::vector<uint8_t>& record, size_t offset) {
  const uint8_t* bytes = nullptr;
  EXPECT(offset + sizeof(bytes) <= record.size());
  std::memcpy(&bytes, record.data() + offset, sizeof(bytes));
  EXPECT(bytes != nullptr);
  return bytes;
}

// What the package got is what was put in, each where it belongs.
void ExpectSet(const AttributeLayout& layout, const std::vector<uint8_t>& record,
               const std::vector<uint8_t>& bytes) {
  for (uint32_t i = 0; i < layout.field_count; ++i) {
    const Field& field = layout.fields[i];
    switch (field.kind) {
      case FieldKind::kU16:
        EXPECT(LoadNumber(record, field.offset, 2) == 0x1234);
        break;
      case FieldKind::kU32:
        EXPECT(LoadNumber(record, field.offset, 4) == 0x12345678);
        break;
      case FieldKind::kPointer:
        EXPECT(LoadNumber(record, field.offset, 8) == UINT64_MAX);
        break;
      case FieldKind::kBytes:
        EXPECT(LoadNumber(record, field.count_offset, field.count_width) == bytes.size());
        EXPECT(std::equal(bytes.begin(), bytes.end(), BytesAt(record, field.offset)));
        break;
      case FieldKind::kRecord:
        EXPECT(record == bytes);
        break;
      default:
        EXPECT(false);
    }
  }
}

void PutAll(const AttributeLayout& layout, const std::vector<uint8_t>& bytes,
            AttributeSetting* setting) {
  for (uint32_t i = 0; i < layout.field_count; ++i) {
    const Field& field = layout.fields[i];
    bool no_memory = true;
    switch (field.kind) {
      case FieldKind::kU16:
        setting->PutNumber(field, 0x1234);
        break;
      case FieldKind::kU32:
        setting->PutNumber(field, 0x12345678);
        break;
      case FieldKind::kPointer:
        setting->PutPointer(field, UINT64_MAX);
        break;
      default:
        EXPECT(setting->PutBytes(i, bytes.data(), bytes.size(), &no_memory));
        EXPECT(!no_memory);
    }
  }
}

// More than the record can count, without looking at a single byte of it.
void ExpectTooMuch(const AttributeLayout& layout, AttributeSetting* setting) {
  for (uint32_t i = 0; i < layout.field_count; ++i) {
    const Field& field = layout.fields[i];
    if (field.kind != FieldKind::kBytes && field.kind != FieldKind::kRecord) continue;
    const size_t most = field.count_width == 2 ? UINT16_MAX : UINT32_MAX;
    bool no_memory = true;
    EXPECT(!setting->PutBytes(i, nullptr, most + 1, &no_memory));
    EXPECT(!no_memory);
  }
}

template <typename Of>
void RunSettings() {
  for (const AttributeLayout* const layout : Of::Layouts()) {
    if (!layout->CanSet()) continue;
    for (const size_t size : {size_t{0}, size_t{1}, size_t{100}, size_t{UINT16_MAX}}) {
      for (const Status& status : kStatuses) {
        BeginCase(std::string(Of::kName) + " attribute " + std::to_string(layout->attribute) +
                  " is set, " + status.name);
        {
          const auto handle = Of::Make(NextPackage());
          std::vector<uint8_t> bytes(size, 's');
          std::copy_n(kSecret, std::min<size_t>(size, kSecretSize), bytes.begin());
          auto setting = std::make_unique<AttributeSetting>(*layout);
          ExpectTooMuch(*layout, setting.get());
          PutAll(*layout, bytes, setting.get());
          // Twice: the later ones count.
          PutAll(*layout, bytes, setting.get());
          const bool of_context = Of::kQuery == Call::kQueryAttributes;
          const bool refused = of_context && (handle->traits() & kCannotSetAttributes) != 0;
          Answer answer;
          answer.status = static_cast<SECURITY_STATUS>(status.value);
          if (of_context && !refused) AddAnswer(kScript, Call::kSetAttributes, answer);
          const SECURITY_STATUS expected = refused      ? SEC_E_UNSUPPORTED_FUNCTION
                                           : of_context ? answer.status
                                                        : SEC_E_OK;
          EXPECT(setting->Run(handle.get()) == expected);
          if (!refused) ExpectSet(*layout, TakeSetRecord(), bytes);
          const SecretWatch watch(kSecret, kSecretSize);
          setting.reset();
          EXPECT(SecretWatch::found() == 0);
        }
        ExpectNothingLeft();
      }
    }
  }
}

void RunPackages() {
  BeginCase("packages");
  {
    const PackageList all = EnumeratePackages();
    EXPECT(all.status == SEC_E_OK);
    EXPECT(all.count == 3);
    EXPECT(live_counts.context_buffers == 1);
    wchar_t name[] = L"ntlm";
    const PackageList one = QueryPackage(name);
    EXPECT(one.count == 1);
    wchar_t unknown[] = L"unknown";
    const PackageList none = QueryPackage(unknown);
    EXPECT(none.status < 0);
    EXPECT(none.count == 0);
  }
  ExpectNothingLeft();
}

template <typename Of>
void RunAll() {
  RunQueries<Of>();
  RunSecrets<Of>();
  RunSettings<Of>();
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  sanitize::RunAll<sanitize::OfContexts>();
  sanitize::RunAll<sanitize::OfCredentials>();
  sanitize::RunPackages();
  return sanitize::EndProgram();
}
