// SecBufferDesc arrays: built from the caller's bytes before a call, read
// after it. The descriptors live inside these objects, not on the heap.
#ifndef SECUR32_SSPI_SEC_BUFFERS_H_
#define SECUR32_SSPI_SEC_BUFFERS_H_

#include <cstddef>
#include <cstdint>

#include "sspi/context_buffer.h"
#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

// More buffers than any package documents. Mirrored in lib/raw/sec-buffers.ts.
constexpr uint32_t kMaxSecBuffers = 16;

// The attribute bits of a buffer's type do not say what is in it.
inline uint32_t PlainType(uint32_t type) {
  return type & ~static_cast<uint32_t>(SECBUFFER_ATTRMASK);
}

// Buffers that go in, each a copy of the caller's bytes: a package may change
// its input in place, and the caller's memory may move meanwhile.
class InputBuffers {
 public:
  InputBuffers() = default;
  InputBuffers(const InputBuffers&) = delete;
  InputBuffers& operator=(const InputBuffers&) = delete;

  // A buffer with `size` bytes to be filled through bytes(); absent data is a
  // NULL pointer of size 0. False if there is no memory or no room.
  [[nodiscard]] bool Add(uint32_t type, size_t size);
  [[nodiscard]] bool AddAbsent(uint32_t type);

  uint8_t* bytes(uint32_t index) { return memory_[index].data(); }
  uint32_t count() const { return count_; }
  uint32_t type(uint32_t index) const { return buffers_[index].BufferType; }
  // Before the call: the size that was added. After it: what the package made
  // of it, for instance how much of the input was left over.
  uint32_t size(uint32_t index) const { return buffers_[index].cbBuffer; }
  // For buffers that a package changes in place: how much of bytes() it wrote,
  // nothing if it claims more than there is or points elsewhere.
  uint32_t written_size(uint32_t index) const;

  // NULL where there are no buffers at all.
  SecBufferDesc* descriptor();

 private:
  SecBufferDesc descriptor_{};
  SecBuffer buffers_[kMaxSecBuffers]{};
  ZeroedBuffer memory_[kMaxSecBuffers];
  uint32_t count_ = 0;
};

// Buffers that come out. A package writes either into our memory or into its
// own; both are released by the destructor, each in its own way.
class OutputBuffers {
 public:
  OutputBuffers() = default;
  OutputBuffers(const OutputBuffers&) = delete;
  OutputBuffers& operator=(const OutputBuffers&) = delete;

  // A buffer that the package fills in memory of its own.
  [[nodiscard]] bool AddForPackage(uint32_t type);
  // A buffer of `size` bytes. `reserve` more bytes may stand behind what is
  // announced, for packages that write past it.
  [[nodiscard]] bool AddOwn(uint32_t type, uint32_t size, uint32_t reserve);

  uint32_t count() const { return count_; }
  uint32_t type(uint32_t index) const { return buffers_[index].BufferType; }

  SecBufferDesc* descriptor();

  // After the call: takes over what the package allocated, and decides what
  // may be read. Call it once, whatever the status was.
  void Settle();

  // What was written, after Settle(). nullptr where there is nothing.
  const uint8_t* written(uint32_t index) const { return written_[index]; }
  uint32_t written_size(uint32_t index) const { return written_size_[index]; }
  // For a package that leaves a wrong type behind.
  void Retype(uint32_t index, uint32_t type) { buffers_[index].BufferType = type; }
  // Forget what was written: its memory is released, nothing is copied out.
  void Discard(uint32_t index);

 private:
  // Whether a token is of the size that was announced, and of zeros as it was
  // allocated.
  bool IsBlankToken(uint32_t index) const;

  SecBufferDesc descriptor_{};
  SecBuffer buffers_[kMaxSecBuffers]{};
  ZeroedBuffer own_[kMaxSecBuffers];
  uint32_t requested_type_[kMaxSecBuffers]{};
  uint32_t announced_[kMaxSecBuffers]{};
  uint32_t capacity_[kMaxSecBuffers]{};
  ContextBuffer from_package_[kMaxSecBuffers];
  const uint8_t* written_[kMaxSecBuffers]{};
  uint32_t written_size_[kMaxSecBuffers]{};
  uint32_t count_ = 0;
};

}  // namespace secur32

#endif  // SECUR32_SSPI_SEC_BUFFERS_H_
