// The jobs of src-native/binding without Node-API: what they hold, what they
// drop on which thread, and when they leave their context.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_JOBS_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_JOBS_H_

#include <memory>

#include "binding/entered_context.h"
#include "executor/task.h"
#include "sspi/acquire.h"
#include "sspi/handles.h"
#include "sspi/leg.h"

namespace secur32::sanitize {

class Environment;

class Job : public Task {
 public:
  // On the thread of the environment, after it ran.
  virtual void Settle(Environment* environment) = 0;
};

class AcquireJob final : public Job {
 public:
  Acquire* acquire() { return &acquire_; }

  void Run() override { RunAcquire(&acquire_); }
  const wchar_t* package() const override { return acquire_.package.get(); }
  void Settle(Environment* environment) override;

 private:
  Acquire acquire_;
};

class LegJob final : public Job {
 public:
  Leg* leg() { return &leg_; }
  EnteredContext* turn() { return &turn_; }

  void Run() override;
  const wchar_t* package() const override { return leg_.credential->package(); }
  void Settle(Environment* environment) override;

 private:
  Leg leg_;
  EnteredContext turn_;
  bool unwanted_ = false;
};

class CompleteJob final : public Job {
 public:
  CompleteToken* complete() { return &complete_; }
  EnteredContext* turn() { return &turn_; }

  void Run() override;
  const wchar_t* package() const override { return complete_.context->package(); }
  void Settle(Environment* environment) override;

 private:
  CompleteToken complete_;
  EnteredContext turn_;
  bool unwanted_ = false;
};

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_JOBS_H_
