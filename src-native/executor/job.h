// A call into SSPI that may take seconds, as an object: what it needs, what it
// does on another thread, what it gives to JavaScript.
#ifndef SECUR32_EXECUTOR_JOB_H_
#define SECUR32_EXECUTOR_JOB_H_

#include <napi.h>

#include <memory>

namespace secur32 {

class Job {
 public:
  virtual ~Job() = default;
  // For asynchronous hooks, as "secur32:Name".
  virtual const char* name() const = 0;
  // Calls SSPI. On any thread, once. It must not touch the environment, and it
  // must drop its references to handles, so that the last one never falls on
  // the JavaScript thread.
  virtual void Run() = 0;
  // The result as a JavaScript value. On the JavaScript thread, once, after Run().
  virtual napi_value Result(napi_env env) = 0;
};

// The one place that decides where jobs run.
//
// Returns a promise of the job's result, or nullptr if it could not start.
napi_value StartJob(napi_env env, std::unique_ptr<Job> job);

// Runs it here and now, and returns the result itself.
napi_value RunJob(napi_env env, std::unique_ptr<Job> job);

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_JOB_H_
