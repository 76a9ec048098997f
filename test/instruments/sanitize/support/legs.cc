#include "support/legs.h"

#include <cstring>
#include <string>

#include "sspi/text.h"
#include "support/sums.h"

namespace secur32::sanitize {
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
  if (!acquire.package.present() || !acquire.principal.present()) return nullptr;
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
