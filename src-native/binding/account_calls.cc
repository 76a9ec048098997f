#include <memory>
#include <new>
#include <utility>

#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/job.h"
#include "system/accounts.h"

namespace secur32 {
namespace {

// More groups than a token can have.
constexpr uint32_t kMaxAccounts = 4096;

enum class Known { kSid, kName };

class LookUpJob final : public Job {
 public:
  explicit LookUpJob(Known known) : known_(known) {}

  bool Allocate(uint32_t count) {
    accounts_.reset(new (std::nothrow) Account[count]);
    count_ = count;
    return accounts_ != nullptr;
  }

  ZeroedText* text(uint32_t index) {
    Account& account = accounts_[index];
    return known_ == Known::kSid ? &account.sid : &account.name;
  }

  // Look-ups wait behind look-ups alone.
  const wchar_t* package() const override { return L"account names"; }

  void Run() override {
    for (uint32_t i = 0; i < count_; ++i) {
      if (known_ == Known::kSid) {
        LookUpSid(&accounts_[i]);
      } else {
        LookUpName(&accounts_[i]);
      }
    }
  }

  // [error, sid, domain, name, use] for each
  napi_value Result(napi_env env) override {
    Tuple tuple(env, 5 * size_t{count_});
    for (uint32_t i = 0; i < count_; ++i) {
      const Account& account = accounts_[i];
      tuple.AddNumber(account.error);
      tuple.AddText(account.sid.get());
      tuple.AddText(account.domain.get());
      tuple.AddText(account.name.get());
      tuple.AddNumber(account.use);
    }
    return tuple.value();
  }

 private:
  const Known known_;
  std::unique_ptr<Account[]> accounts_;
  uint32_t count_ = 0;
};

// (texts)
napi_value LookUpCall(napi_env env, napi_callback_info info, Known known) {
  napi_value arguments[1];
  uint32_t count = 0;
  if (!ReadArguments(env, info, arguments) ||
      napi_get_array_length(env, arguments[0], &count) != napi_ok || count > kMaxAccounts) {
    return Refuse(env, Refusal::kBadArgument);
  }
  std::unique_ptr<LookUpJob> job(new (std::nothrow) LookUpJob(known));
  if (job == nullptr || !job->Allocate(count)) return Refuse(env, Refusal::kNoMemory);
  for (uint32_t i = 0; i < count; ++i) {
    napi_value element = nullptr;
    Refusal refusal = Refusal::kBadArgument;
    if (napi_get_element(env, arguments[0], i, &element) != napi_ok ||
        !ReadText(env, element, job->text(i), &refusal) || !job->text(i)->present()) {
      return Refuse(env, refusal);
    }
  }
  return Perform(env, false, std::move(job));
}

}  // namespace

napi_value LookupAccountSidsCall(napi_env env, napi_callback_info info) {
  return LookUpCall(env, info, Known::kSid);
}

napi_value LookupAccountNamesCall(napi_env env, napi_callback_info info) {
  return LookUpCall(env, info, Known::kName);
}

}  // namespace secur32
