#include <memory>
#include <new>
#include <utility>

#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/handle_value.h"
#include "binding/job.h"
#include "sspi/acquire.h"
#include "sspi/process_identity.h"
#include "sspi/provider.h"

namespace secur32 {
namespace {

class AcquireJob final : public Job {
 public:
  Acquire* acquire() { return &acquire_; }

  void Run() override { RunAcquire(&acquire_); }

  const wchar_t* package() const override { return acquire_.package.get(); }

  napi_value Result(napi_env env) override {
    const bool acquired = acquire_.credential != nullptr;
    Tuple tuple(env, acquired ? 5 : 1);
    tuple.AddNumber(static_cast<uint32_t>(acquire_.status));
    if (!acquired) return tuple.value();
    const uint32_t traits = acquire_.credential->traits();
    const uint32_t max_token = acquire_.credential->max_token();
    tuple.Add(NewHandleValue(env, std::move(acquire_.credential)));
    tuple.AddBigInt(acquire_.expiry);
    tuple.AddNumber(traits);
    tuple.AddNumber(max_token);
    return tuple.value();
  }

 private:
  Acquire acquire_;
};

// Accepting sides do not act as anybody.
bool IsOfSecondIdentity(const Acquire& acquire) {
  const bool outbound = (acquire.use & SECPKG_CRED_OUTBOUND) != 0;
  const bool one_only = (TraitsOfPackage(acquire.package.get()) & kOneIdentityPerProcess) != 0;
  return outbound && one_only && !AdmitIdentity(acquire.user, acquire.domain);
}

}  // namespace

// (sync, principal, package, use, user, domain, password, packageList)
napi_value AcquireCredentialsHandleCall(napi_env env, napi_callback_info info) {
  napi_value arguments[8];
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
