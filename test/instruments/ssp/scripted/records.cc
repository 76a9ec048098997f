#include "scripted/records.h"

#include <algorithm>
#include <cstring>

#include "scripted/heap.h"
#include "scripted/ledger.h"
#include "scripted/text.h"

namespace secur32::scripted {
namespace {

struct Block {
  uint8_t* memory = nullptr;
  size_t size = 0;
};

void Write(const std::vector<uint8_t>& bytes, const Block& block) {
  if (!bytes.empty()) std::memcpy(block.memory, bytes.data(), bytes.size());
}

// What lies beyond the bytes of a larger block is zero.
Block NewBlock(const BufferAnswer& answer) {
  Block block;
  block.size = std::max<size_t>(answer.bytes.size(), answer.sets_size ? answer.size : 0);
  block.memory = static_cast<uint8_t*>(AllocateForCaller(block.size));
  if (block.size > 0) std::memset(block.memory, 0, block.size);
  Write(answer.bytes, block);
  return block;
}

// A test that writes beyond a block is wrong, not the addon.
bool Fits(const std::vector<Block>& blocks, uint32_t number, size_t offset, size_t size) {
  const bool fits = number < blocks.size() && blocks[number].memory != nullptr &&
                    offset + size <= blocks[number].size;
  if (!fits) ReportViolation(Text("a script writes beyond a block of its record"));
  return fits;
}

Block PartOf(const std::vector<Block>& blocks, const BufferAnswer& answer) {
  Block part;
  if (!Fits(blocks, answer.block, answer.offset, answer.bytes.size())) return part;
  part.memory = blocks[answer.block].memory + answer.offset;
  part.size = answer.bytes.size();
  Write(answer.bytes, part);
  return part;
}

Block MemoryOf(const std::vector<Block>& blocks, const BufferAnswer& answer) {
  switch (answer.memory) {
    case Memory::kGiven:
      return NewBlock(answer);
    case Memory::kForeign:
      return {static_cast<uint8_t*>(ForeignMemory(answer.bytes)), answer.bytes.size()};
    case Memory::kInside:
      return PartOf(blocks, answer);
    case Memory::kNull:
    case Memory::kInput:
    case Memory::kUntouched:
      break;
  }
  return {};
}

}  // namespace

void FillRecord(const std::vector<BufferAnswer>& answers, void* record) {
  if (answers.empty()) return;
  std::vector<Block> blocks;
  // How large the caller's record is he alone knows.
  blocks.push_back({static_cast<uint8_t*>(record), SIZE_MAX});
  Write(answers[0].bytes, blocks[0]);
  for (size_t i = 1; i < answers.size(); ++i) {
    const BufferAnswer& answer = answers[i];
    const Block block = MemoryOf(blocks, answer);
    if (answer.memory != Memory::kUntouched &&
        Fits(blocks, answer.into, answer.type, sizeof(block.memory))) {
      std::memcpy(blocks[answer.into].memory + answer.type, &block.memory, sizeof(block.memory));
    }
    blocks.push_back(block);
  }
}

}  // namespace secur32::scripted
