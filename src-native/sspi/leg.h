// One leg of a handshake: InitializeSecurityContext or AcceptSecurityContext,
// and CompleteAuthToken behind it.
#ifndef SECUR32_SSPI_LEG_H_
#define SECUR32_SSPI_LEG_H_

#include <cstdint>
#include <memory>

#include "sspi/handles.h"
#include "sspi/sec_buffers.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

// Let the addon choose an output buffer's size.
constexpr uint32_t kDefaultSize = UINT32_MAX;

struct OutputRequest {
  uint32_t type;
  uint32_t size;
};

// A call's arguments and its results. It owns all that the call touches, so
// it can run on any thread and outlive whoever asked for it.
struct Leg {
  LegSide side = LegSide::kInitialize;
  std::shared_ptr<Credential> credential;
  std::shared_ptr<Context> context;  // of the leg before; none on the first leg
  ZeroedText target_name;
  uint32_t context_req = 0;
  uint32_t data_rep = 0;
  InputBuffers input;
  OutputBuffers output;

  SECURITY_STATUS status = SEC_E_INTERNAL_ERROR;
  uint32_t context_attr = 0;
  int64_t expiry = 0;
  std::shared_ptr<Context> created;      // by a successful first leg
  std::shared_ptr<Credential> replaced;  // which the context held before
};

// What can be wrong with a leg before it runs.
enum class LegPreparation {
  kReady,
  kNoMemory,
  // The buffers are in an order that would make this system's package write
  // or read where it must not.
  kUnsafeBuffers,
};

// Chooses the memory of the output, after the other members are set.
LegPreparation PrepareLeg(Leg* leg, const OutputRequest* requests, uint32_t count);

// Runs a prepared leg. Whoever calls has entered leg->context, if there is one.
void RunLeg(Leg* leg);

struct CompleteToken {
  std::shared_ptr<Context> context;
  InputBuffers token;  // changed in place
  SECURITY_STATUS status = SEC_E_INTERNAL_ERROR;
};

// Whoever calls has entered complete->context.
void RunCompleteToken(CompleteToken* complete);

}  // namespace secur32

#endif  // SECUR32_SSPI_LEG_H_
