// The record that the last SetContextAttributes or SetCredentialsAttributes of
// this thread got.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_SET_RECORD_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_SET_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace secur32::sanitize {

// Reads all of it.
void KeepSetRecord(const void* record, size_t size);
// Empty if nothing was set since the last time.
std::vector<uint8_t> TakeSetRecord();

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_SET_RECORD_H_
