#include "executor/job.h"

#include <new>
#include <utility>

namespace secur32 {
namespace {

// A job on libuv's pool, with the promise that it settles. Node waits for
// these before it ends an environment.
class PooledJob {
 public:
  static napi_value Start(napi_env env, std::unique_ptr<Job> job) {
    std::unique_ptr<PooledJob> self(new (std::nothrow) PooledJob(std::move(job)));
    if (self == nullptr) return nullptr;
    napi_value name = nullptr;
    napi_value promise = nullptr;
    if (napi_create_string_latin1(env, self->job_->name(), NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_create_async_work(env, nullptr, name, Execute, Complete, self.get(), &self->work_) !=
            napi_ok) {
      return nullptr;
    }
    if (napi_create_promise(env, &self->deferred_, &promise) != napi_ok ||
        napi_queue_async_work(env, self->work_) != napi_ok) {
      napi_delete_async_work(env, self->work_);
      return nullptr;
    }
    self.release();  // Complete() owns it now
    return promise;
  }

 private:
  explicit PooledJob(std::unique_ptr<Job> job) : job_(std::move(job)) {}

  static void Execute(napi_env, void* data) { static_cast<PooledJob*>(data)->job_->Run(); }

  static void Complete(napi_env env, napi_status, void* data) {
    const std::unique_ptr<PooledJob> self(static_cast<PooledJob*>(data));
    napi_delete_async_work(env, self->work_);
    // In an ending environment these fail, and nobody is left to tell.
    const napi_value result = self->job_->Result(env);
    if (result != nullptr) napi_resolve_deferred(env, self->deferred_, result);
  }

  std::unique_ptr<Job> job_;
  napi_async_work work_ = nullptr;
  napi_deferred deferred_ = nullptr;
};

}  // namespace

napi_value StartJob(napi_env env, std::unique_ptr<Job> job) {
  return PooledJob::Start(env, std::move(job));
}

napi_value RunJob(napi_env env, std::unique_ptr<Job> job) {
  job->Run();
  return job->Result(env);
}

}  // namespace secur32
