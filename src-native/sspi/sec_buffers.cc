#include "sspi/sec_buffers.h"

#include <algorithm>

namespace secur32 {
namespace {

SecBufferDesc* Describe(SecBufferDesc* descriptor, SecBuffer* buffers, uint32_t count) {
  if (count == 0) return nullptr;
  descriptor->ulVersion = SECBUFFER_VERSION;
  descriptor->cBuffers = count;
  descriptor->pBuffers = buffers;
  return descriptor;
}

// What a package allocates for us to free. In a buffer of another type it may
// point at what is its own, or at our input.
bool IsGivenByPackage(uint32_t type) {
  return type == SECBUFFER_TOKEN || type == SECBUFFER_ALERT ||
         type == SECBUFFER_CHANGE_PASS_RESPONSE;
}

}  // namespace

bool InputBuffers::Add(uint32_t type, size_t size) {
  if (count_ == kMaxSecBuffers || size > UINT32_MAX) return false;
  if (!memory_[count_].Allocate(size)) return false;
  buffers_[count_] = {static_cast<ULONG>(size), type, memory_[count_].data()};
  ++count_;
  return true;
}

bool InputBuffers::AddAbsent(uint32_t type) {
  if (count_ == kMaxSecBuffers) return false;
  buffers_[count_] = {0, type, nullptr};
  ++count_;
  return true;
}

uint32_t InputBuffers::written_size(uint32_t index) const {
  const SecBuffer& buffer = buffers_[index];
  const bool ours =
      buffer.pvBuffer == memory_[index].data() && buffer.cbBuffer <= memory_[index].size();
  return ours ? buffer.cbBuffer : 0;
}

SecBufferDesc* InputBuffers::descriptor() { return Describe(&descriptor_, buffers_, count_); }

bool OutputBuffers::AddForPackage(uint32_t type) {
  if (count_ == kMaxSecBuffers) return false;
  buffers_[count_] = {0, type, nullptr};
  requested_type_[count_] = PlainType(type);
  ++count_;
  return true;
}

bool OutputBuffers::AddOwn(uint32_t type, uint32_t size, uint32_t reserve) {
  if (count_ == kMaxSecBuffers) return false;
  if (!own_[count_].Allocate(static_cast<size_t>(size) + reserve)) return false;
  buffers_[count_] = {size, type, own_[count_].data()};
  requested_type_[count_] = PlainType(type);
  announced_[count_] = size;
  capacity_[count_] = size + reserve;
  ++count_;
  return true;
}

SecBufferDesc* OutputBuffers::descriptor() { return Describe(&descriptor_, buffers_, count_); }

bool OutputBuffers::IsBlankToken(uint32_t index) const {
  if (requested_type_[index] != SECBUFFER_TOKEN) return false;
  if (buffers_[index].cbBuffer != announced_[index]) return false;
  const uint8_t* const bytes = own_[index].data();
  return std::all_of(bytes, bytes + announced_[index], [](uint8_t byte) { return byte == 0; });
}

void OutputBuffers::Settle() {
  for (uint32_t i = 0; i < count_; ++i) {
    void* const memory = buffers_[i].pvBuffer;
    const uint32_t size = buffers_[i].cbBuffer;
    if (own_[i].allocated()) {
      // A size above the capacity is a wish for more, or a lie: nothing of it
      // may be read. The same goes for a pointer that is no longer ours, and
      // for a token that the package never touched.
      if (memory == own_[i].data() && size <= capacity_[i] && !IsBlankToken(i)) {
        written_[i] = own_[i].data();
        written_size_[i] = size;
      }
    } else if (IsGivenByPackage(requested_type_[i])) {
      from_package_[i] = ContextBuffer(memory);
      if (memory != nullptr) {
        written_[i] = static_cast<const uint8_t*>(memory);
        written_size_[i] = size;
      }
    }
    buffers_[i].pvBuffer = nullptr;
  }
}

void OutputBuffers::Discard(uint32_t index) {
  written_[index] = nullptr;
  written_size_[index] = 0;
  from_package_[index] = ContextBuffer();
  own_[index].Reset();
}

}  // namespace secur32
