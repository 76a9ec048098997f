#ifndef SECUR32_TEST_SSP_BRIDGE_MESSAGE_BUFFERS_H_
#define SECUR32_TEST_SSP_BRIDGE_MESSAGE_BUFFERS_H_

#include <cstdint>
#include <vector>

#include "sspi/windows_sspi.h"

namespace secur32::bridge {

// The first of that type, whatever its attributes; nullptr if there is none.
SecBuffer* FindBuffer(SecBufferDesc* buffers, ULONG type);

// The bytes of all buffers of that type, one after the other.
std::vector<uint8_t> BytesOf(const SecBufferDesc* buffers, ULONG type);

// False if they do not fit.
bool Fill(SecBuffer* buffer, const std::vector<uint8_t>& bytes);

}  // namespace secur32::bridge

#endif  // SECUR32_TEST_SSP_BRIDGE_MESSAGE_BUFFERS_H_
