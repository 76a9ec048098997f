// A call into SSPI that may take seconds: what it needs, what it does on
// another thread, what it gives to JavaScript.
#ifndef SECUR32_BINDING_JOB_H_
#define SECUR32_BINDING_JOB_H_

#include <napi.h>

#include <memory>

#include "executor/task.h"

namespace secur32 {

class Job : public Task {
 public:
  // The result as a JavaScript value. On the JavaScript thread, once, after Run().
  virtual napi_value Result(napi_env env) = 0;

 private:
  friend class Executor;

  napi_deferred deferred_ = nullptr;
};

// The job's result; undefined where JavaScript had no memory for it.
napi_value ResultOf(napi_env env, Job* job);

// On another thread: returns a promise of the job's result, or a Refusal if it
// could not start. Here and now: returns the result itself.
napi_value Perform(napi_env env, bool sync, std::unique_ptr<Job> job);

}  // namespace secur32

#endif  // SECUR32_BINDING_JOB_H_
