// Carries out what an answer says of the caller's buffers.
#ifndef SECUR32_TEST_SSP_SCRIPTED_BUFFERS_H_
#define SECUR32_TEST_SSP_SCRIPTED_BUFFERS_H_

#include <cstdint>
#include <vector>

#include "scripted/answer.h"

namespace secur32::scripted {

// Never writes beyond a buffer's capacity, whatever it claims to have written.
// `input` is where Memory::kInput points to.
void ApplyToOutput(const std::vector<BufferAnswer>& answers, SecBufferDesc* buffers,
                   const SecBufferDesc* input);

// The same for buffers that came in with bytes.
void ApplyInPlace(const std::vector<BufferAnswer>& answers, SecBufferDesc* buffers);

// The record of an attribute, with memory for its pointers.
void FillRecord(const std::vector<BufferAnswer>& answers, void* record);

// Makes an answer that echoes the one to this call.
void Echo(const SecBufferDesc* input, Answer* answer);

// A handle that is none.
void Scribble(SecHandle* handle);

// Whether the caller's input stays as it was while a call hangs: it must not
// be memory that JavaScript can write to.
class InputWatch {
 public:
  explicit InputWatch(const SecBufferDesc* input);
  bool HasChanged() const { return Bytes() != before_; }

 private:
  std::vector<uint8_t> Bytes() const;

  const SecBufferDesc* const input_;
  const std::vector<uint8_t> before_;
};

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_BUFFERS_H_
