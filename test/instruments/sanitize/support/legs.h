// What the addon's calls do around the core, for the programs of this folder.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_LEGS_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_LEGS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "scripted/answer.h"
#include "sspi/acquire.h"
#include "sspi/handles.h"
#include "sspi/leg.h"

namespace secur32::sanitize {

// A package of each kind: an ordinary one, one of streams, one that Wine does
// otherwise than Windows.
constexpr const wchar_t* kPackageKinds[] = {L"Scripted", L"CREDSSP", L"NTLM"};

// An input buffer; one that is not present is a NULL pointer.
struct InputBytes {
  uint32_t type = SECBUFFER_TOKEN;
  std::vector<uint8_t> bytes;
  bool present = true;
};

std::vector<uint8_t> Bytes(const char* text);

bool AssignText(const wchar_t* text, ZeroedText* target);

// The arguments of an acquisition for a script.
void FillAcquire(const wchar_t* package, uint32_t script, Acquire* acquire);
// Null if the script says so, or if there is no memory.
std::shared_ptr<Credential> AcquireFor(const wchar_t* package, uint32_t script);

bool FillInput(const std::vector<InputBytes>& input, InputBuffers* buffers);

// A first leg without a context, otherwise a later one.
LegPreparation FillLeg(LegSide side, const std::shared_ptr<Credential>& credential,
                       const std::shared_ptr<Context>& context, uint32_t context_req,
                       const std::vector<InputBytes>& input,
                       const std::vector<OutputRequest>& requests, Leg* leg);

// Reads whatever the addon would copy for JavaScript, as a sum.
uint32_t ReadOutput(const Leg& leg);
uint32_t ReadToken(CompleteToken* complete);

// A leg of whatever the package grants by itself; null if it fails.
std::shared_ptr<Context> MakeContext(LegSide side, const std::shared_ptr<Credential>& credential);

// Makes the package of a name known in the handles that it gives out itself.
void WarmUp();

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_LEGS_H_
