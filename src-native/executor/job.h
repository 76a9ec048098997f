// A call into SSPI that may take seconds, as an object: what it needs, what it
// does on another thread, what it gives to JavaScript.
#ifndef SECUR32_EXECUTOR_JOB_H_
#define SECUR32_EXECUTOR_JOB_H_

#include <napi.h>

#include <memory>

namespace secur32 {

// Freed on any thread: where its result was taken, or where it ran if nobody
// wants the result any more.
class Job {
 public:
  virtual ~Job() = default;
  // Calls SSPI. On any thread, once. It must not touch the environment, and it
  // must drop its references to handles, so that the last one never falls on
  // the JavaScript thread.
  virtual void Run() = 0;
  // The result as a JavaScript value. On the JavaScript thread, once, after Run().
  virtual napi_value Result(napi_env env) = 0;
};

// The job's result; undefined where JavaScript had no memory for it.
napi_value ResultOf(napi_env env, Job* job);

// On another thread: returns a promise of the job's result, or a Refusal if it
// could not start. Here and now: returns the result itself.
napi_value Perform(napi_env env, bool sync, std::unique_ptr<Job> job);

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_JOB_H_
