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

// The same for the buffers of a message, of which those without memory get only
// what the answer says.
void ApplyToMessage(const std::vector<BufferAnswer>& answers, SecBufferDesc* message);

// A buffer that has no memory, but for what the package gives.
void ApplyToOwnMemory(const BufferAnswer& answer, SecBuffer* buffer);

// Makes an answer that echoes the one to this call.
void Echo(const SecBufferDesc* input, Answer* answer);

// Handles that are none.
void Scribble(SecHandle* handle);
HANDLE NoHandle();

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
