#include "scripted/buffers.h"

#include <algorithm>
#include <cstring>

#include "scripted/heap.h"

namespace secur32::scripted {
namespace {

void* CopyForCaller(const std::vector<uint8_t>& bytes) {
  void* const memory = AllocateForCaller(bytes.size());
  if (!bytes.empty()) std::memcpy(memory, bytes.data(), bytes.size());
  return memory;
}

void WriteBytes(const std::vector<uint8_t>& bytes, const SecBuffer* buffer) {
  if (bytes.empty() || buffer->pvBuffer == nullptr) return;
  const size_t size = std::min<size_t>(bytes.size(), buffer->cbBuffer);
  std::memcpy(buffer->pvBuffer, bytes.data(), size);
}

// Where the caller gave no memory, the package gives some of its own, or none:
// of that it does not lie, because nobody could tell.
void ApplyToOwnMemory(const BufferAnswer& answer, SecBuffer* buffer) {
  if (answer.memory == Memory::kGiven && !answer.bytes.empty()) {
    buffer->pvBuffer = CopyForCaller(answer.bytes);
  }
  buffer->cbBuffer = buffer->pvBuffer == nullptr ? 0 : static_cast<unsigned>(answer.bytes.size());
}

void ApplyToCallersMemory(const BufferAnswer& answer, SecBuffer* buffer,
                          const SecBufferDesc* input) {
  switch (answer.memory) {
    case Memory::kGiven:
      WriteBytes(answer.bytes, buffer);
      break;
    case Memory::kNull:
      buffer->pvBuffer = nullptr;
      break;
    case Memory::kForeign:
      buffer->pvBuffer = ForeignMemory();
      break;
    case Memory::kInput:
      buffer->pvBuffer = input == nullptr ? nullptr : input->pBuffers[0].pvBuffer;
      break;
    case Memory::kUntouched:
      return;
  }
  buffer->cbBuffer = answer.sets_size ? answer.size : static_cast<unsigned>(answer.bytes.size());
}

}  // namespace

void ApplyToOutput(const std::vector<BufferAnswer>& answers, SecBufferDesc* buffers,
                   const SecBufferDesc* input) {
  if (buffers == nullptr) return;
  const size_t count = std::min<size_t>(answers.size(), buffers->cBuffers);
  for (size_t i = 0; i < count; ++i) {
    SecBuffer* const buffer = &buffers->pBuffers[i];
    if (answers[i].sets_type) buffer->BufferType = answers[i].type;
    if (buffer->pvBuffer == nullptr) {
      ApplyToOwnMemory(answers[i], buffer);
    } else {
      ApplyToCallersMemory(answers[i], buffer, input);
    }
  }
}

void ApplyInPlace(const std::vector<BufferAnswer>& answers, SecBufferDesc* buffers) {
  if (buffers == nullptr) return;
  const size_t count = std::min<size_t>(answers.size(), buffers->cBuffers);
  for (size_t i = 0; i < count; ++i) {
    SecBuffer* const buffer = &buffers->pBuffers[i];
    if (answers[i].sets_type) buffer->BufferType = answers[i].type;
    ApplyToCallersMemory(answers[i], buffer, nullptr);
  }
}

void FillRecord(const std::vector<BufferAnswer>& answers, void* record) {
  if (answers.empty()) return;
  auto* const bytes = static_cast<uint8_t*>(record);
  const std::vector<uint8_t>& plain = answers[0].bytes;
  if (!plain.empty()) std::memcpy(bytes, plain.data(), plain.size());
  for (size_t i = 1; i < answers.size(); ++i) {
    void* const memory =
        answers[i].memory == Memory::kNull ? nullptr : CopyForCaller(answers[i].bytes);
    std::memcpy(bytes + answers[i].type, &memory, sizeof(memory));
  }
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
