// The shapes that a package gives a buffer, in few words.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_ANSWERS_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_ANSWERS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "scripted/answer.h"

namespace secur32::sanitize {

inline scripted::BufferAnswer Written(std::vector<uint8_t> bytes) {
  scripted::BufferAnswer answer;
  answer.bytes = std::move(bytes);
  return answer;
}

inline scripted::BufferAnswer Claimed(scripted::BufferAnswer answer, uint32_t size) {
  answer.sets_size = true;
  answer.size = size;
  return answer;
}

inline scripted::BufferAnswer Retyped(scripted::BufferAnswer answer, uint32_t type) {
  answer.sets_type = true;
  answer.type = type;
  return answer;
}

inline scripted::BufferAnswer In(scripted::Memory memory, uint32_t size) {
  scripted::BufferAnswer answer;
  answer.memory = memory;
  return Claimed(answer, size);
}

// In the memory of the first input buffer, or of the first one of a message.
inline scripted::BufferAnswer InFirst(uint32_t offset, uint32_t size) {
  scripted::BufferAnswer answer = In(scripted::Memory::kInput, size);
  answer.offset = offset;
  return answer;
}

inline scripted::BufferAnswer Untouched() {
  scripted::BufferAnswer answer;
  answer.memory = scripted::Memory::kUntouched;
  return answer;
}

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_ANSWERS_H_
