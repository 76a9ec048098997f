#include "executor/job.h"

#include <new>
#include <utility>

namespace secur32 {
namespace {

// The job's result; undefined where JavaScript had no memory for it. The
// exception that says so must not stay pending: nothing can be called then.
napi_value ResultOf(napi_env env, Job* job) {
  const napi_value result = job->Result(env);
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return result;
  napi_value exception = nullptr;
  napi_value undefined = nullptr;
  napi_get_and_clear_last_exception(env, &exception);
  napi_get_undefined(env, &undefined);
  return undefined;
}

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
    const napi_value result = ResultOf(env, self->job_.get());
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
  return ResultOf(env, job.get());
}

}  // namespace secur32
