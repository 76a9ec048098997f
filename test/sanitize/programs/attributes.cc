// QueryContextAttributes for every attribute and every status: what the package
// allocated is freed once, whatever it left out; what it left behind when it
// failed is not touched. And the lists of packages.
#include "sspi/attributes.h"

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "sspi/live_counts.h"
#include "sspi/packages.h"
#include "statuses.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/secret_watch.h"

namespace secur32::sanitize {
namespace {

using scripted::BufferAnswer;
using scripted::Memory;

constexpr uint32_t kScript = 1;
constexpr char kKey[] = "a session key";
constexpr uint32_t kKeySize = sizeof(kKey) - 1;
constexpr uint8_t kGarbage = 0xdd;

struct Attribute {
  uint32_t number;
  // Bytes of the record, and where in it a pointer stands, if one does.
  std::vector<uint8_t> record;
  bool has_memory;
  uint32_t pointer_at;
  std::vector<uint8_t> memory;
};

template <typename Record>
std::vector<uint8_t> BytesOf(const Record& record) {
  std::vector<uint8_t> bytes(sizeof(record));
  std::memcpy(bytes.data(), &record, sizeof(record));
  return bytes;
}

std::vector<uint8_t> PackageInfo() {
  static wchar_t name[] = L"Scripted";
  SecPkgInfoW info{};
  info.Name = name;
  return BytesOf(info);
}

std::vector<Attribute> Attributes() {
  SecPkgContext_SessionKey key{};
  key.SessionKeyLength = kKeySize;
  constexpr wchar_t kName[] = L"SSPI\\alice";
  std::vector<uint8_t> name(sizeof(kName));
  std::memcpy(name.data(), kName, sizeof(kName));
  return {
      {SECPKG_ATTR_SIZES, BytesOf(SecPkgContext_Sizes{1, 2, 3, 4}), false, 0, {}},
      {SECPKG_ATTR_NAMES, BytesOf(SecPkgContext_NamesW{}), true, 0, name},
      {SECPKG_ATTR_LIFESPAN, BytesOf(SecPkgContext_Lifespan{}), false, 0, {}},
      {SECPKG_ATTR_SESSION_KEY, BytesOf(key), true, offsetof(SecPkgContext_SessionKey, SessionKey),
       Bytes(kKey)},
      {SECPKG_ATTR_PACKAGE_INFO, BytesOf(SecPkgContext_PackageInfoW{}), true, 0, PackageInfo()},
      {SECPKG_ATTR_NEGOTIATION_INFO, BytesOf(SecPkgContext_NegotiationInfoW{}), true, 0,
       PackageInfo()},
      {SECPKG_ATTR_FLAGS, BytesOf(SecPkgContext_Flags{~0u}), false, 0, {}},
  };
}

enum class Filling { kComplete, kNullMember, kNothing, kGarbageIfItFails };
constexpr Filling kFillings[] = {Filling::kComplete, Filling::kNullMember, Filling::kNothing,
                                 Filling::kGarbageIfItFails};

scripted::Answer AnswerOf(const Attribute& attribute, const Status& status, Filling filling) {
  scripted::Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(status.value);
  if (filling == Filling::kNothing) return answer;
  BufferAnswer record;
  record.bytes = attribute.record;
  const bool fails = answer.status < 0;
  if (fails && filling == Filling::kGarbageIfItFails) {
    record.bytes.assign(attribute.record.size(), kGarbage);
  }
  answer.outputs.push_back(std::move(record));
  // A package that fails keeps what it allocated.
  if (!attribute.has_memory || fails) return answer;
  BufferAnswer memory;
  memory.type = attribute.pointer_at;
  memory.memory = filling == Filling::kNullMember ? Memory::kNull : Memory::kGiven;
  memory.bytes = attribute.memory;
  // A session key without bytes has no length either.
  if (filling == Filling::kNullMember && attribute.number == SECPKG_ATTR_SESSION_KEY) {
    answer.outputs[0].bytes.assign(attribute.record.size(), 0);
  }
  answer.outputs.push_back(std::move(memory));
  return answer;
}

bool IsZero(const AttributeRecord& record) {
  const AttributeRecord zero{};
  return std::memcmp(&record, &zero, sizeof(record)) == 0;
}

void RunCase(const std::shared_ptr<Context>& context, const Attribute& attribute,
             const Status& status, Filling filling) {
  AddAnswer(kScript, scripted::Call::kQueryAttributes, AnswerOf(attribute, status, filling));
  {
    AttributeQuery query(attribute.number);
    EXPECT(static_cast<uint32_t>(query.Run(context.get())) == status.value);
    const bool succeeded = static_cast<SECURITY_STATUS>(status.value) >= 0;
    EXPECT(succeeded || IsZero(query.record()));
    const bool complete = filling == Filling::kComplete || filling == Filling::kGarbageIfItFails;
    const int buffers = succeeded && complete && attribute.has_memory ? 1 : 0;
    EXPECT(live_counts.context_buffers == buffers);
    ReadRecord(query);
  }
  EXPECT(live_counts.context_buffers == 0);
}

void RunAttributes() {
  const std::vector<Attribute> attributes = Attributes();
  for (const wchar_t* const package : kPackageKinds) {
    for (const Attribute& attribute : attributes) {
      EXPECT(IsKnownAttribute(attribute.number));
      for (const Status& status : kStatuses) {
        for (const Filling filling : kFillings) {
          BeginCase("attribute " + std::to_string(attribute.number) + ", " + status.name);
          {
            const auto credential = AcquireFor(package, kScript);
            const auto context = MakeContext(LegSide::kAccept, credential);
            RunCase(context, attribute, status, filling);
          }
          ExpectNothingLeft();
        }
      }
    }
  }
}

// The key lies in memory of the package, which frees it as it is.
void RunSessionKey() {
  BeginCase("a session key is zeroed before it is freed");
  {
    const auto credential = AcquireFor(L"Scripted", kScript);
    const auto context = MakeContext(LegSide::kInitialize, credential);
    const Attribute key = Attributes()[3];
    AddAnswer(kScript, scripted::Call::kQueryAttributes,
              AnswerOf(key, {"SEC_E_OK", 0}, Filling::kComplete));
    auto query = std::make_unique<AttributeQuery>(key.number);
    EXPECT(query->Run(context.get()) == SEC_E_OK);
    EXPECT(std::memcmp(query->record().session_key.SessionKey, kKey, kKeySize) == 0);
    const SecretWatch watch(kKey, kKeySize);
    query.reset();
    EXPECT(SecretWatch::found() == 0);
  }
  ExpectNothingLeft();
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

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  sanitize::RunAttributes();
  sanitize::RunSessionKey();
  sanitize::RunPackages();
  return sanitize::EndProgram();
}
