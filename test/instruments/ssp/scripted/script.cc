#include "scripted/script.h"

#include <map>
#include <utility>
#include <vector>

#include "executor/lock.h"
#include "sspi/text.h"

namespace secur32::scripted {
namespace {

struct Queue {
  std::vector<Answer> answers;
  size_t next = 0;
};

struct Scripts {
  Lock lock;
  std::map<uint64_t, Queue> queues;  // by script and call
};

// Never destroyed: calls may be running when the process ends.
Scripts& TheScripts() {
  static Scripts* const scripts = new Scripts;
  return *scripts;
}

uint64_t Key(uint32_t script, Call call) {
  return (uint64_t{script} << 32) | static_cast<uint32_t>(call);
}

// The decimal number behind a prefix; 0 without the one or the other.
template <typename Character>
uint32_t NumberAfter(const char* prefix, const Character* text, size_t length) {
  size_t at = 0;
  for (; prefix[at] != 0; ++at) {
    if (at == length || text[at] != static_cast<Character>(prefix[at])) return 0;
  }
  uint32_t number = 0;
  for (; at < length && text[at] >= '0' && text[at] <= '9'; ++at) {
    number = 10 * number + (text[at] - static_cast<uint32_t>('0'));
  }
  return number;
}

}  // namespace

uint32_t ScriptOfPrincipal(const wchar_t* principal) {
  return principal == nullptr ? 0 : NumberAfter("script:", principal, TextLength(principal));
}

uint32_t ScriptOfPacked(const SecBuffer& packed) {
  if (packed.pvBuffer == nullptr) return 0;
  const auto* const bytes = static_cast<const uint8_t*>(packed.pvBuffer);
  const uint32_t number = NumberAfter("packed:", bytes, packed.cbBuffer);
  return number != 0 ? number : NumberAfter("script:", bytes, packed.cbBuffer);
}

void AddAnswer(uint32_t script, Call call, Answer answer) {
  Scripts& scripts = TheScripts();
  const Lock::Guard guard(&scripts.lock);
  scripts.queues[Key(script, call)].answers.push_back(std::move(answer));
}

Answer NextAnswer(uint32_t script, Call call, const Answer& otherwise) {
  Scripts& scripts = TheScripts();
  const Lock::Guard guard(&scripts.lock);
  const auto found = scripts.queues.find(Key(script, call));
  if (found == scripts.queues.end()) return otherwise;
  Answer answer = std::move(found->second.answers[found->second.next++]);
  if (found->second.next == found->second.answers.size()) scripts.queues.erase(found);
  return answer;
}

uint32_t AnswersLeft() {
  Scripts& scripts = TheScripts();
  const Lock::Guard guard(&scripts.lock);
  size_t left = 0;
  for (const auto& [key, queue] : scripts.queues) left += queue.answers.size() - queue.next;
  return static_cast<uint32_t>(left);
}

void ForgetScripts() {
  Scripts& scripts = TheScripts();
  const Lock::Guard guard(&scripts.lock);
  scripts.queues.clear();
}

}  // namespace secur32::scripted
