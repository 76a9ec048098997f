// What a package leaves in outputs for which the caller gave no memory, beyond
// what the scripted one does there, which says nothing but the truth: pointers
// that are not the caller's to free, and sizes that are not those of the
// memory.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_OWN_MEMORY_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_OWN_MEMORY_H_

#include <vector>

#include "scripted/answer.h"
#include "sspi/leg.h"

namespace secur32::sanitize {

// For the next leg of this thread; an answer counts where it sets a size.
void ScriptOwnMemory(Leg* leg, const std::vector<scripted::BufferAnswer>& answers);

// Between the package and the caller.
void ApplyOwnMemory(SecBufferDesc* output, const SecBufferDesc* input);

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_OWN_MEMORY_H_
