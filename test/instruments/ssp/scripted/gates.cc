#include "scripted/gates.h"

#include <windows.h>

#include <set>

#include "scripted/ledger.h"
#include "scripted/text.h"

namespace secur32::scripted {
namespace {

constexpr DWORD kPatienceMs = 60'000;

struct Gates {
  SRWLOCK lock = SRWLOCK_INIT;
  CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
  std::set<uint32_t> open;
  uint32_t waiting = 0;
  uint32_t generation = 0;
};

// Never destroyed: calls may be running when the process ends.
Gates& TheGates() {
  static Gates* const gates = new Gates;
  return *gates;
}

}  // namespace

void WaitAtGate(uint32_t gate) {
  Gates& gates = TheGates();
  AcquireSRWLockExclusive(&gates.lock);
  const uint32_t generation = gates.generation;
  bool timed_out = false;
  ++gates.waiting;
  while (!timed_out && gates.open.count(gate) == 0 && gates.generation == generation) {
    timed_out = SleepConditionVariableSRW(&gates.changed, &gates.lock, kPatienceMs, 0) == FALSE;
  }
  --gates.waiting;
  ReleaseSRWLockExclusive(&gates.lock);
  if (timed_out) ReportViolation(Text("gate ").Number(gate).Add(" was never opened"));
}

void Hang(const Answer& answer) {
  if (answer.delay_ms > 0) Sleep(answer.delay_ms);
  if (answer.gate != 0) WaitAtGate(answer.gate);
}

void OpenGate(uint32_t gate) {
  Gates& gates = TheGates();
  AcquireSRWLockExclusive(&gates.lock);
  gates.open.insert(gate);
  ReleaseSRWLockExclusive(&gates.lock);
  WakeAllConditionVariable(&gates.changed);
}

uint32_t CallsAtGates() {
  Gates& gates = TheGates();
  AcquireSRWLockExclusive(&gates.lock);
  const uint32_t waiting = gates.waiting;
  ReleaseSRWLockExclusive(&gates.lock);
  return waiting;
}

void ForgetGates() {
  Gates& gates = TheGates();
  AcquireSRWLockExclusive(&gates.lock);
  gates.open.clear();
  ++gates.generation;
  ReleaseSRWLockExclusive(&gates.lock);
  WakeAllConditionVariable(&gates.changed);
}

}  // namespace secur32::scripted
