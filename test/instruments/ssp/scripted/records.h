// The records of attributes.
#ifndef SECUR32_TEST_SSP_SCRIPTED_RECORDS_H_
#define SECUR32_TEST_SSP_SCRIPTED_RECORDS_H_

#include <vector>

#include "scripted/answer.h"

namespace secur32::scripted {

// Writes the record, with memory for its pointers, and for those in that memory.
void FillRecord(const std::vector<BufferAnswer>& answers, void* record);

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_RECORDS_H_
