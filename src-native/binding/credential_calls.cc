#include <memory>
#include <new>
#include <utility>

#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/handle_value.h"
#include "binding/job.h"
#include "sspi/acquire.h"
#include "sspi/provider.h"
#include "system/impersonation.h"
#include "system/process_identity.h"

namespace secur32 {
namespace {

class AcquireJob final : public Job {
 public:
  Acquire* acquire() { return &acquire_; }
  std::shared_ptr<Context>* on_behalf_of() { return &on_behalf_of_; }
  EnteredContext* turn() { return &turn_; }

  void Run() override {
    if (on_behalf_of_ == nullptr) {
      RunAcquire(&acquire_);
      return;
    }
    RunImpersonating();
    on_behalf_of_.reset();
  }

  const wchar_t* package() const override { return acquire_.package.get(); }

  napi_value Result(napi_env env) override {
    turn_.Leave();
    if (unwanted_) return Refuse(env, Refusal::kClosed);
    const bool acquired = acquire_.credential != nullptr;
    Tuple tuple(env, acquired ? 5 : 3);
    tuple.AddNumber(static_cast<uint32_t>(acquire_.status));
    if (!acquired) {
      tuple.AddNumber(impersonated_ ? 1 : 0);
      tuple.AddNumber(static_cast<uint32_t>(failure_));
      return tuple.value();
    }
    const uint32_t traits = acquire_.credential->traits();
    const uint32_t max_token = acquire_.credential->max_token();
    tuple.Add(NewHandleValue(env, std::move(acquire_.credential)));
    tuple.AddBigInt(acquire_.expiry);
    tuple.AddNumber(traits);
    tuple.AddNumber(max_token);
    return tuple.value();
  }

 private:
  // Impersonates, acquires, reverts: all on this thread, which nobody else
  // gets in between.
  void RunImpersonating() {
    unwanted_ = on_behalf_of_->closed();
    if (unwanted_) return;
    Impersonation impersonation;
    acquire_.status = impersonation.Begin(on_behalf_of_.get(), &failure_);
    impersonated_ = acquire_.status >= 0 && failure_ == ImpersonationFailure::kNone;
    if (impersonated_) RunAcquire(&acquire_);
  }

  Acquire acquire_;
  std::shared_ptr<Context> on_behalf_of_;
  EnteredContext turn_;
  ImpersonationFailure failure_ = ImpersonationFailure::kNone;
  bool impersonated_ = false;
  bool unwanted_ = false;
};

// Accepting sides do not act as anybody.
bool IsOfSecondIdentity(const Acquire& acquire) {
  const bool outbound = (acquire.use & SECPKG_CRED_OUTBOUND) != 0;
  const bool one_only = (TraitsOfPackage(acquire.package.get()) & kOneIdentityPerProcess) != 0;
  return outbound && one_only && !AdmitIdentity(acquire.user, acquire.domain);
}

}  // namespace

// (sync, principal, package, use, user, domain, password, packageList, onBehalfOf)
napi_value AcquireCredentialsHandleCall(napi_env env, napi_callback_info info) {
  napi_value arguments[9];
  bool sync = false;
  std::unique_ptr<AcquireJob> job(new (std::nothrow) AcquireJob);
  if (job == nullptr) return Refuse(env, Refusal::kNoMemory);
  Acquire* const acquire = job->acquire();
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadBool(env, arguments[0], &sync) ||
      !ReadText(env, arguments[1], &acquire->principal, &refusal) ||
      !ReadText(env, arguments[2], &acquire->package, &refusal) || !acquire->package.present() ||
      !ReadUint32(env, arguments[3], &acquire->use) ||
      !ReadText(env, arguments[4], &acquire->user, &refusal) ||
      !ReadText(env, arguments[5], &acquire->domain, &refusal) ||
      !ReadSecret(env, arguments[6], &acquire->password, &refusal) ||
      !ReadText(env, arguments[7], &acquire->package_list, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!IsUndefined(env, arguments[8])) {
    if (!ReadHandle(env, arguments[8], job->on_behalf_of(), &refusal) ||
        !job->turn()->Enter(*job->on_behalf_of(), &refusal)) {
      return Refuse(env, refusal);
    }
    // Whose credential it is would be said twice.
    if (acquire->user.present()) return Refuse(env, Refusal::kBadArgument);
  }
  // Half an identity must never become the current user's.
  if (acquire->user.present() != acquire->password.present()) {
    return Refuse(env, Refusal::kBadArgument);
  }
  if (acquire->domain.present() && !acquire->user.present()) {
    return Refuse(env, Refusal::kBadArgument);
  }
  if (IsOfSecondIdentity(*acquire)) return Refuse(env, Refusal::kOtherIdentity);
  return Perform(env, sync, std::move(job));
}

// (credential)
napi_value CloseCredentialCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!ReadArguments(env, info, arguments) || !CloseCredentialValue(env, arguments[0])) {
    return Refuse(env, Refusal::kNotAHandle);
  }
  return UndefinedValue(env);
}

}  // namespace secur32
