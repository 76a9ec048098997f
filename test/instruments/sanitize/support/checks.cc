#include "support/checks.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "executor/lock.h"
#include "scripted/ledger.h"
#include "scripted/script.h"
#include "scripted/tokens.h"
#include "sspi/live_counts.h"
#include "support/certificates.h"
#include "windows/system_threads.h"

namespace secur32::sanitize {
namespace {

constexpr int kPatience = 20;

Lock lock;
std::string current_case;
int cases = 0;
int failures = 0;

void Fail(const char* what, const char* file, int line) {
  const Lock::Guard guard(&lock);
  std::fprintf(stderr, "%s:%d: %s\n  in %s\n", file, line, what, current_case.c_str());
  if (++failures < kPatience) return;
  // What one fault left behind would be found in all that follows.
  std::fprintf(stderr, "given up after %d failures\n", failures);
  std::_Exit(1);
}

}  // namespace

void BeginCase(std::string name) {
  const Lock::Guard guard(&lock);
  current_case = std::move(name);
  ++cases;
}

void Expect(bool holds, const char* what, const char* file, int line) {
  if (!holds) Fail(what, file, line);
}

void ExpectNothingLeft() {
  for (const std::string& violation : scripted::TakeViolations()) {
    Fail(violation.c_str(), __FILE__, __LINE__);
  }
  const scripted::LedgerCounts counts = scripted::CountLiving();
  EXPECT(counts.credentials == 0);
  EXPECT(counts.contexts == 0);
  EXPECT(counts.buffers == 0);
  EXPECT(counts.inside == 0);
  EXPECT(live_counts.credentials == 0);
  EXPECT(live_counts.contexts == 0);
  EXPECT(live_counts.context_buffers == 0);
  EXPECT(scripted::CountOpenTokens() == 0);
  EXPECT(CountCertificates() == 0);
  EXPECT(scripted::AnswersLeft() == 0);
}

int CountFailures() {
  const Lock::Guard guard(&lock);
  return failures;
}

int EndProgram() {
  AwaitSystemThreads();
  ExpectNothingLeft();
  std::printf("%d cases, %d failures\n", cases, CountFailures());
  return CountFailures() == 0 ? 0 : 1;
}

}  // namespace secur32::sanitize
