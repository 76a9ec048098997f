#include "support/jobs.h"

#include <utility>

#include "executor/release.h"
#include "support/environment.h"
#include "support/legs.h"

namespace secur32::sanitize {

void AcquireJob::Settle(Environment* environment) {
  if (acquire_.credential != nullptr) environment->Keep(std::move(acquire_.credential));
}

void LegJob::Run() {
  unwanted_ = leg_.context != nullptr && leg_.context->closed();
  if (!unwanted_) RunLeg(&leg_);
  leg_.context.reset();
  leg_.credential.reset();
  if (leg_.replaced != nullptr) ReleaseLater(std::move(leg_.replaced));
}

void LegJob::Settle(Environment* environment) {
  turn_.Leave();
  if (unwanted_) return;
  ReadOutput(leg_);
  if (leg_.created != nullptr) environment->Keep(std::move(leg_.created));
}

void CompleteJob::Run() {
  unwanted_ = complete_.context->closed();
  if (!unwanted_) RunCompleteToken(&complete_);
  complete_.context.reset();
}

void CompleteJob::Settle(Environment*) {
  turn_.Leave();
  if (!unwanted_) ReadToken(&complete_);
}

}  // namespace secur32::sanitize
