#include "scripted/script.h"

#include <map>
#include <utility>
#include <vector>

#include "executor/lock.h"

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

}  // namespace

uint32_t ScriptOfPrincipal(const wchar_t* principal) {
  constexpr wchar_t kPrefix[] = L"script:";
  if (principal == nullptr) return 0;
  const wchar_t* digit = principal;
  for (const wchar_t* expected = kPrefix; *expected != 0; ++expected, ++digit) {
    if (*digit != *expected) return 0;
  }
  uint32_t number = 0;
  for (; *digit >= L'0' && *digit <= L'9'; ++digit) number = 10 * number + (*digit - L'0');
  return number;
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
