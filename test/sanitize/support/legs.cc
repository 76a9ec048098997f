#include "support/legs.h"

#include <cstring>
#include <string>

#include "sspi/text.h"

namespace secur32::sanitize {
namespace {

uint32_t Sum(const uint8_t* bytes, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; bytes != nullptr && i < size; ++i) sum = sum * 31 + bytes[i];
  return sum;
}

uint32_t SumText(const wchar_t* text) {
  if (text == nullptr) return 0;
  return Sum(reinterpret_cast<const uint8_t*>(text), TextLength(text) * sizeof(wchar_t));
}

}  // namespace

std::vector<uint8_t> Bytes(const char* text) {
  const auto* const first = reinterpret_cast<const uint8_t*>(text);
  return {first, first + std::strlen(text)};
}

bool AssignText(const wchar_t* text, ZeroedText* target) {
  return target->Assign(text, TextLength(text));
}

void FillAcquire(const wchar_t* package, uint32_t script, Acquire* acquire) {
  const std::string principal = "script:" + std::to_string(script);
  bool no_memory = false;
  const bool filled = AssignText(package, &acquire->package) &&
                      TextFromUtf8(reinterpret_cast<const uint8_t*>(principal.data()),
                                   principal.size(), &acquire->principal, &no_memory);
  if (filled) acquire->use = SECPKG_CRED_INBOUND | SECPKG_CRED_OUTBOUND;
}

std::shared_ptr<Credential> AcquireFor(const wchar_t* package, uint32_t script) {
  Acquire acquire;
  FillAcquire(package, script, &acquire);
  RunAcquire(&acquire);
  return acquire.credential;
}

bool FillInput(const std::vector<InputBytes>& input, InputBuffers* buffers) {
  for (uint32_t i = 0; i < input.size(); ++i) {
    if (!input[i].present) {
      if (!buffers->AddAbsent(input[i].type)) return false;
      continue;
    }
    const std::vector<uint8_t>& bytes = input[i].bytes;
    if (!buffers->Add(input[i].type, bytes.size())) return false;
    if (!bytes.empty()) std::memcpy(buffers->bytes(i), bytes.data(), bytes.size());
  }
  return true;
}

LegPreparation FillLeg(LegSide side, const std::shared_ptr<Credential>& credential,
                       const std::shared_ptr<Context>& context, uint32_t context_req,
                       const std::vector<InputBytes>& input,
                       const std::vector<OutputRequest>& requests, Leg* leg) {
  leg->side = side;
  leg->credential = credential;
  leg->context = context;
  leg->context_req = context_req;
  const bool client = side == LegSide::kInitialize;
  if (client && !AssignText(L"HTTP/host.sspi.test", &leg->target_name)) {
    return LegPreparation::kNoMemory;
  }
  if (!FillInput(input, &leg->input)) return LegPreparation::kNoMemory;
  return PrepareLeg(leg, requests.data(), static_cast<uint32_t>(requests.size()));
}

uint32_t ReadOutput(const Leg& leg) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < leg.output.count(); ++i) {
    sum += Sum(leg.output.written(i), leg.output.written_size(i));
  }
  return sum;
}

uint32_t ReadToken(CompleteToken* complete) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < complete->token.count(); ++i) {
    sum += Sum(complete->token.bytes(i), complete->token.written_size(i));
  }
  return sum;
}

uint32_t ReadRecord(const AttributeQuery& query) {
  const AttributeRecord& record = query.record();
  const auto sum_package = [](const SecPkgInfoW* package) {
    return package == nullptr ? 0 : SumText(package->Name) + SumText(package->Comment);
  };
  switch (query.attribute()) {
    case SECPKG_ATTR_NAMES:
      return SumText(record.names.sUserName);
    case SECPKG_ATTR_SESSION_KEY:
      return Sum(record.session_key.SessionKey, record.session_key.SessionKeyLength);
    case SECPKG_ATTR_PACKAGE_INFO:
      return sum_package(record.package_info.PackageInfo);
    case SECPKG_ATTR_NEGOTIATION_INFO:
      return sum_package(record.negotiation_info.PackageInfo);
    default:
      return Sum(reinterpret_cast<const uint8_t*>(&record), sizeof(record));
  }
}

std::shared_ptr<Context> MakeContext(LegSide side, const std::shared_ptr<Credential>& credential) {
  Leg leg;
  if (FillLeg(side, credential, nullptr, 0, {{SECBUFFER_TOKEN, Bytes("hello")}},
              {{SECBUFFER_TOKEN, kDefaultSize}}, &leg) != LegPreparation::kReady) {
    return nullptr;
  }
  RunLeg(&leg);
  ReadOutput(leg);
  return leg.created;
}

void WarmUp() {
  for (const wchar_t* const package : kPackageKinds) {
    MakeContext(LegSide::kInitialize, AcquireFor(package, 0));
  }
}

}  // namespace secur32::sanitize
