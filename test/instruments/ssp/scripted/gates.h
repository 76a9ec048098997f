// Gates at which calls wait until a test opens them: a hang without a clock.
#ifndef SECUR32_TEST_SSP_SCRIPTED_GATES_H_
#define SECUR32_TEST_SSP_SCRIPTED_GATES_H_

#include <cstdint>

#include "scripted/answer.h"

namespace secur32::scripted {

// Returns once the gate was opened. A gate that nobody opens within a minute
// is a violation.
void WaitAtGate(uint32_t gate);

// As long as the answer says: by the clock, at a gate, or not at all.
void Hang(const Answer& answer);

// For those that wait and for all that come later.
void OpenGate(uint32_t gate);

// How many calls wait at gates.
uint32_t CallsAtGates();

// Opens all, for those that wait; then they are closed again.
void ForgetGates();

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_GATES_H_
