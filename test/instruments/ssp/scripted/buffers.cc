#include "scripted/buffers.h"

#include <algorithm>
#include <cstring>

#include "scripted/heap.h"

namespace secur32::scripted {
namespace {

void WriteBytes(const std::vector<uint8_t>& bytes, const SecBuffer* buffer) {
  if (bytes.empty() || buffer->pvBuffer == nullptr) return;
  const size_t size = std::min<size_t>(bytes.size(), buffer->cbBuffer);
  std::memcpy(buffer->pvBuffer, bytes.data(), size);
}

uint32_t ClaimedSize(const BufferAnswer& answer) {
  return answer.sets_size ? answer.size : static_cast<uint32_t>(answer.bytes.size());
}

void* PartOf(const SecBuffer& whole, uint32_t offset) {
  return whole.pvBuffer == nullptr ? nullptr : static_cast<uint8_t*>(whole.pvBuffer) + offset;
}

// `input` is the buffer that Memory::kInput is a part of.
void ApplyToCallersMemory(const BufferAnswer& answer, SecBuffer* buffer, const SecBuffer& input) {
  switch (answer.memory) {
    case Memory::kGiven:
      WriteBytes(answer.bytes, buffer);
      break;
    case Memory::kNull:
    case Memory::kInside:
      buffer->pvBuffer = nullptr;
      break;
    case Memory::kForeign:
      buffer->pvBuffer = ForeignMemory(answer.bytes);
      break;
    case Memory::kInput: {
      SecBuffer rest = input;
      rest.pvBuffer = PartOf(input, answer.offset);
      rest.cbBuffer -= std::min<ULONG>(answer.offset, input.cbBuffer);
      WriteBytes(answer.bytes, &rest);
      buffer->pvBuffer = rest.pvBuffer;
      break;
    }
    case Memory::kUntouched:
      return;
  }
  buffer->cbBuffer = ClaimedSize(answer);
}

template <typename Apply>
void ForEachAnswered(const std::vector<BufferAnswer>& answers, SecBufferDesc* buffers,
                     Apply apply) {
  if (buffers == nullptr) return;
  const size_t count = std::min<size_t>(answers.size(), buffers->cBuffers);
  for (size_t i = 0; i < count; ++i) {
    SecBuffer* const buffer = &buffers->pBuffers[i];
    if (answers[i].sets_type) buffer->BufferType = answers[i].type;
    apply(answers[i], buffer);
  }
}

// As it is before anything is applied.
SecBuffer FirstOf(const SecBufferDesc* buffers) {
  const bool any = buffers != nullptr && buffers->cBuffers > 0;
  return any ? buffers->pBuffers[0] : SecBuffer();
}

}  // namespace

// Of memory of its own the package does not lie, because nobody could tell.
void ApplyToOwnMemory(const BufferAnswer& answer, SecBuffer* buffer) {
  if (answer.memory == Memory::kGiven && !answer.bytes.empty()) {
    buffer->pvBuffer = AllocateForCaller(answer.bytes.size());
    std::memcpy(buffer->pvBuffer, answer.bytes.data(), answer.bytes.size());
  }
  buffer->cbBuffer = buffer->pvBuffer == nullptr ? 0 : static_cast<ULONG>(answer.bytes.size());
}

void ApplyToOutput(const std::vector<BufferAnswer>& answers, SecBufferDesc* buffers,
                   const SecBufferDesc* input) {
  const SecBuffer first = FirstOf(input);
  ForEachAnswered(answers, buffers, [&](const BufferAnswer& answer, SecBuffer* buffer) {
    if (buffer->pvBuffer == nullptr) {
      ApplyToOwnMemory(answer, buffer);
    } else {
      ApplyToCallersMemory(answer, buffer, first);
    }
  });
}

void ApplyInPlace(const std::vector<BufferAnswer>& answers, SecBufferDesc* buffers) {
  ForEachAnswered(answers, buffers, [](const BufferAnswer& answer, SecBuffer* buffer) {
    ApplyToCallersMemory(answer, buffer, SecBuffer());
  });
}

void ApplyToMessage(const std::vector<BufferAnswer>& answers, SecBufferDesc* message) {
  const SecBuffer first = FirstOf(message);
  ForEachAnswered(answers, message, [&](const BufferAnswer& answer, SecBuffer* buffer) {
    const bool allocates = buffer->pvBuffer == nullptr && !answer.bytes.empty();
    if (allocates && answer.memory == Memory::kGiven) {
      ApplyToOwnMemory(answer, buffer);
    } else {
      ApplyToCallersMemory(answer, buffer, first);
    }
  });
}

void Echo(const SecBufferDesc* input, Answer* answer) {
  uint32_t id = 0;
  if (input == nullptr || input->pBuffers[0].cbBuffer < sizeof(id)) return;
  std::memcpy(&id, input->pBuffers[0].pvBuffer, sizeof(id));
  answer->expiry = static_cast<int64_t>(static_cast<uint64_t>(answer->expiry) << 32 | id);
  if (answer->status < 0 && (answer->status & 0xffff) == 0) {
    answer->status |= static_cast<SECURITY_STATUS>(id & 0xffff);
  }
  for (BufferAnswer& output : answer->outputs) {
    if (output.bytes.size() >= sizeof(id)) std::memcpy(output.bytes.data(), &id, sizeof(id));
  }
}

void Scribble(SecHandle* handle) {
  if (handle == nullptr) return;
  handle->dwLower = static_cast<ULONG_PTR>(0xdeadbeefdeadbeef);
  handle->dwUpper = static_cast<ULONG_PTR>(0xdeadbeefdeadbeef);
}

HANDLE NoHandle() { return reinterpret_cast<HANDLE>(uintptr_t{0xdeadbeef}); }

InputWatch::InputWatch(const SecBufferDesc* input) : input_(input), before_(Bytes()) {}

std::vector<uint8_t> InputWatch::Bytes() const {
  std::vector<uint8_t> bytes;
  if (input_ == nullptr) return bytes;
  for (uint32_t i = 0; i < input_->cBuffers; ++i) {
    const SecBuffer& buffer = input_->pBuffers[i];
    const auto* const data = static_cast<const uint8_t*>(buffer.pvBuffer);
    if (data != nullptr) bytes.insert(bytes.end(), data, data + buffer.cbBuffer);
  }
  return bytes;
}

}  // namespace secur32::scripted
