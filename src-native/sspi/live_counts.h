// How many things that must be given back to SSPI are alive in this process.
// Tests and diagnostics read them; zero after everything is closed is the
// proof that nothing leaked.
#ifndef SECUR32_SSPI_LIVE_COUNTS_H_
#define SECUR32_SSPI_LIVE_COUNTS_H_

#include <atomic>
#include <cstdint>

namespace secur32 {

struct LiveCounts {
  std::atomic<int32_t> credentials{0};  // AcquireCredentialsHandle without FreeCredentialsHandle
  std::atomic<int32_t> contexts{0};     // first legs without DeleteSecurityContext
  std::atomic<int32_t> context_buffers{0};  // memory of a package without FreeContextBuffer
  std::atomic<int32_t> tokens{0};           // handles of access tokens without CloseHandle
};

inline LiveCounts live_counts;

}  // namespace secur32

#endif  // SECUR32_SSPI_LIVE_COUNTS_H_
