// An environment of Node.js as the addon sees it: one thread with a scheduler,
// and with the handles that its JavaScript holds. All but the wake-up happens
// on that thread.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_ENVIRONMENT_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_ENVIRONMENT_H_

#include <memory>
#include <vector>

#include "executor/scheduler.h"
#include "sspi/handles.h"
#include "support/jobs.h"
#include "support/wakeup.h"

namespace secur32::sanitize {

class Environment {
 public:
  Environment() : scheduler_(Scheduler::Make(Wakeup::Wake, &wakeup_)) {}
  // Ends as one does: first the scheduler, then the handles, then the rest.
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  Scheduler* scheduler() { return scheduler_.get(); }

  bool Start(std::unique_ptr<Job> job);
  // Settles what has finished; with milliseconds, waits for something to.
  void Settle(DWORD milliseconds);

  void Keep(std::shared_ptr<Credential> credential);
  void Keep(std::shared_ptr<Context> context);
  std::vector<std::shared_ptr<Credential>>& credentials() { return credentials_; }
  std::vector<std::shared_ptr<Context>>& contexts() { return contexts_; }
  void CloseCredential(size_t index);
  void CloseContext(size_t index);

 private:
  Wakeup wakeup_;
  std::unique_ptr<Scheduler> scheduler_;
  std::vector<std::shared_ptr<Credential>> credentials_;
  std::vector<std::shared_ptr<Context>> contexts_;
};

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_ENVIRONMENT_H_
