// Scripts by their number: the answers to the calls of a credential, and of the
// contexts that are made with it, in order.
#ifndef SECUR32_TEST_SSP_SCRIPTED_SCRIPT_H_
#define SECUR32_TEST_SSP_SCRIPTED_SCRIPT_H_

#include <cstdint>

#include "scripted/answer.h"

namespace secur32::scripted {

// A credential whose principal is `script:17` follows script 17.
uint32_t ScriptOfPrincipal(const wchar_t* principal);

// A packed context of the bytes `packed:17`, or `script:17`, follows it too.
uint32_t ScriptOfPacked(const SecBuffer& packed);

void AddAnswer(uint32_t script, Call call, Answer answer);

// The next answer of the script; where it has no more, `otherwise`.
Answer NextAnswer(uint32_t script, Call call, const Answer& otherwise);

// How many answers nobody asked for.
uint32_t AnswersLeft();

void ForgetScripts();

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_SCRIPT_H_
