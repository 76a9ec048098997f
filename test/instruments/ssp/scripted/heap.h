// Memory that the package gives to the caller, who gives it back by
// FreeContextBuffer.
//
// What was given back is overwritten and kept for a while, so that its address
// is nobody else's: whoever frees it again, or reads it, is found out.
#ifndef SECUR32_TEST_SSP_SCRIPTED_HEAP_H_
#define SECUR32_TEST_SSP_SCRIPTED_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace secur32::scripted {

void* AllocateForCaller(size_t size);

// False if the memory is not of this package.
bool FreeByCaller(void* memory);

// Whether somebody wrote into what he had given back; told once.
bool AnyWrittenAfterFree();

// How many allocations the caller has.
uint32_t CountBuffers();

// Memory that nobody may free, with these bytes and at least 64 of them.
void* ForeignMemory(const std::vector<uint8_t>& bytes);

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_HEAP_H_
