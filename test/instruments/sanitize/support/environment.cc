#include "support/environment.h"

#include <utility>

#include "executor/discard.h"
#include "executor/release.h"

namespace secur32::sanitize {

Environment::~Environment() {
  if (scheduler_ != nullptr) scheduler_->Close();
  while (!credentials_.empty()) CloseCredential(0);
  while (!contexts_.empty()) CloseContext(0);
}

bool Environment::Start(std::unique_ptr<Job> job) {
  std::unique_ptr<Task> task = std::move(job);
  return scheduler_->Submit(&task);
}

void Environment::Settle(DWORD milliseconds) {
  if (milliseconds > 0) wakeup_.Await(milliseconds);
  while (std::unique_ptr<Task> task = scheduler_->TakeFinished()) {
    if (task->ran()) {
      static_cast<Job*>(task.get())->Settle(this);
    } else {
      const wchar_t* const package = task->package();
      DiscardLater(package, std::move(task));
    }
  }
}

void Environment::Keep(std::shared_ptr<Credential> credential) {
  credentials_.push_back(std::move(credential));
}

void Environment::Keep(std::shared_ptr<Context> context) {
  contexts_.push_back(std::move(context));
}

void Environment::CloseCredential(size_t index) {
  ReleaseLater(std::move(credentials_[index]));
  credentials_.erase(credentials_.begin() + static_cast<ptrdiff_t>(index));
}

void Environment::CloseContext(size_t index) {
  contexts_[index]->MarkClosed();
  ReleaseLater(std::move(contexts_[index]));
  contexts_.erase(contexts_.begin() + static_cast<ptrdiff_t>(index));
}

}  // namespace secur32::sanitize
