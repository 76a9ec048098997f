// Memory that a security package allocated. Each is freed once, by
// FreeContextBuffer, and counted; JavaScript never holds it.
#ifndef SECUR32_SSPI_CONTEXT_BUFFER_H_
#define SECUR32_SSPI_CONTEXT_BUFFER_H_

#include <utility>

#include "sspi/live_counts.h"
#include "sspi/secur32_api.h"

namespace secur32 {

class ContextBuffer {
 public:
  ContextBuffer() = default;
  explicit ContextBuffer(void* memory) : memory_(memory) {
    if (memory_ != nullptr) ++live_counts.context_buffers;
  }
  ~ContextBuffer() {
    if (memory_ == nullptr) return;
    Api().FreeContextBuffer(memory_);
    --live_counts.context_buffers;
  }

  ContextBuffer(ContextBuffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
  ContextBuffer& operator=(ContextBuffer&& other) noexcept {
    std::swap(memory_, other.memory_);
    return *this;
  }
  ContextBuffer(const ContextBuffer&) = delete;
  ContextBuffer& operator=(const ContextBuffer&) = delete;

  void* get() const { return memory_; }

 private:
  void* memory_ = nullptr;
};

}  // namespace secur32

#endif  // SECUR32_SSPI_CONTEXT_BUFFER_H_
