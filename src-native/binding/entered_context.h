#ifndef SECUR32_BINDING_ENTERED_CONTEXT_H_
#define SECUR32_BINDING_ENTERED_CONTEXT_H_

#include <memory>
#include <utility>

#include "binding/refusal.h"
#include "executor/release.h"
#include "sspi/handles.h"

namespace secur32 {

// A context that a call is inside of, from the call until its result: on the
// JavaScript thread, so that JavaScript sees a call that it has not got the
// result of as running. Leaves it when dropped.
//
// Declared before the caller's own reference, so that it goes last: only here is
// the last user of a context that was closed meanwhile given to another thread.
class EnteredContext {
 public:
  EnteredContext() = default;
  ~EnteredContext() { Leave(); }
  EnteredContext(const EnteredContext&) = delete;
  EnteredContext& operator=(const EnteredContext&) = delete;

  bool Enter(const std::shared_ptr<Context>& context, Refusal* refusal) {
    if (!context->Enter()) {
      *refusal = Refusal::kBusy;
      return false;
    }
    context_ = context;
    if (!context->failed()) return true;
    *refusal = Refusal::kFailedBefore;
    return false;
  }

  void Leave() {
    if (context_ == nullptr) return;
    const bool closed = context_->closed();
    context_->Leave();
    // Until it is closed its handle holds it. After that this may be the last
    // user, and deleting is not for this thread.
    if (closed) ReleaseLater(std::move(context_));
    context_.reset();
  }

 private:
  std::shared_ptr<Context> context_;
};

}  // namespace secur32

#endif  // SECUR32_BINDING_ENTERED_CONTEXT_H_
