#include "support/set_record.h"

#include <utility>

namespace secur32::sanitize {
namespace {

thread_local std::vector<uint8_t> kept;

}  // namespace

void KeepSetRecord(const void* record, size_t size) {
  const auto* const bytes = static_cast<const uint8_t*>(record);
  kept.assign(bytes, bytes + size);
}

std::vector<uint8_t> TakeSetRecord() { return std::exchange(kept, {}); }

}  // namespace secur32::sanitize
