#include "support/own_memory.h"

#include <algorithm>
#include <utility>

#include "scripted/heap.h"

namespace secur32::sanitize {
namespace {

using scripted::Memory;

struct OwnMemory {
  uint32_t index;
  Memory memory;
  uint32_t size;
};

thread_local std::vector<OwnMemory> scripted_memory;

void* PointerOf(Memory memory, void* allocated, const SecBufferDesc* input) {
  switch (memory) {
    case Memory::kForeign:
      return scripted::ForeignMemory({});
    case Memory::kInput:
      return input == nullptr ? nullptr : input->pBuffers[0].pvBuffer;
    default:
      return allocated;
  }
}

}  // namespace

void ScriptOwnMemory(Leg* leg, const std::vector<scripted::BufferAnswer>& answers) {
  scripted_memory.clear();
  const size_t count = std::min<size_t>(answers.size(), leg->output.count());
  for (uint32_t i = 0; i < count; ++i) {
    const bool own = leg->output.descriptor()->pBuffers[i].pvBuffer == nullptr;
    if (own && answers[i].sets_size) {
      scripted_memory.push_back({i, answers[i].memory, answers[i].size});
    }
  }
}

void ApplyOwnMemory(SecBufferDesc* output, const SecBufferDesc* input) {
  for (const OwnMemory& own : std::exchange(scripted_memory, {})) {
    SecBuffer* const buffer = &output->pBuffers[own.index];
    buffer->pvBuffer = PointerOf(own.memory, buffer->pvBuffer, input);
    buffer->cbBuffer = own.size;
  }
}

}  // namespace secur32::sanitize
