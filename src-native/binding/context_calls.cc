#include <memory>
#include <new>
#include <utility>

#include "binding/arguments.h"
#include "binding/calls.h"
#include "binding/entered_context.h"
#include "binding/handle_value.h"
#include "binding/input_values.h"
#include "binding/job.h"
#include "executor/release.h"
#include "sspi/leg.h"

namespace secur32 {
namespace {

class LegJob final : public Job {
 public:
  explicit LegJob(LegSide side) { leg_.side = side; }
  Leg* leg() { return &leg_; }
  EnteredContext* turn() { return &turn_; }

  const wchar_t* package() const override { return leg_.credential->package(); }

  void Run() override {
    // Closed while it waited for a thread: nobody wants it any more.
    unwanted_ = leg_.context != nullptr && leg_.context->closed();
    if (!unwanted_) RunLeg(&leg_);
    leg_.context.reset();
    leg_.credential.reset();
    // A synchronous leg runs on the JavaScript thread, and this may be the last
    // user of another credential than its own.
    if (leg_.replaced != nullptr) ReleaseLater(std::move(leg_.replaced));
  }

  napi_value Result(napi_env env) override {
    turn_.Leave();
    if (unwanted_) return Refuse(env, Refusal::kClosed);
    const uint32_t inputs = leg_.input.count();
    const uint32_t outputs = leg_.output.count();
    Tuple tuple(env, 4 + 2 * outputs + 2 * inputs);
    tuple.AddNumber(static_cast<uint32_t>(leg_.status));
    if (leg_.created == nullptr) {
      tuple.AddUndefined();
    } else {
      tuple.Add(NewHandleValue(env, std::move(leg_.created)));
    }
    tuple.AddNumber(leg_.context_attr);
    tuple.AddBigInt(leg_.expiry);
    for (uint32_t i = 0; i < outputs; ++i) {
      tuple.AddNumber(leg_.output.type(i));
      tuple.AddBytes(leg_.output.written(i), leg_.output.written_size(i));
    }
    for (uint32_t i = 0; i < inputs; ++i) {
      tuple.AddNumber(leg_.input.type(i));
      tuple.AddNumber(leg_.input.size(i));
    }
    return tuple.value();
  }

 private:
  Leg leg_;
  EnteredContext turn_;
  bool unwanted_ = false;
};

// [contextReq, targetDataRep, inputs, outputs, type of each input, type and
// size of each output]
bool ReadLegWords(napi_env env, napi_value words_value, napi_value input_array, Leg* leg,
                  const OutputRequest** requests, uint32_t* output_count, Refusal* refusal) {
  *refusal = Refusal::kBadArgument;
  WordView words;
  if (!ReadWords(env, words_value, &words) || words.count < 4) return false;
  leg->context_req = words.data[0];
  leg->data_rep = words.data[1];
  const uint32_t inputs = words.data[2];
  const uint32_t outputs = words.data[3];
  if (inputs > kMaxSecBuffers || outputs > kMaxSecBuffers ||
      words.count != 4 + inputs + 2 * size_t{outputs}) {
    return false;
  }
  static_assert(sizeof(OutputRequest) == 2 * sizeof(uint32_t));
  *requests = reinterpret_cast<const OutputRequest*>(words.data + 4 + inputs);
  *output_count = outputs;
  return ReadInput(env, input_array, words.data + 4, inputs, &leg->input, refusal);
}

// A first leg needs a credential; a later one has its context's unless it is
// given another.
bool ReadLegHandles(napi_env env, napi_value credential, napi_value context, LegJob* job,
                    Refusal* refusal) {
  Leg* const leg = job->leg();
  if (IsUndefined(env, context)) return ReadHandle(env, credential, &leg->credential, refusal);
  if (!ReadHandle(env, context, &leg->context, refusal) ||
      !job->turn()->Enter(leg->context, refusal)) {
    return false;
  }
  if (leg->context->side() != leg->side) {
    *refusal = Refusal::kOtherSide;
    return false;
  }
  // Not null: imported contexts are of no side.
  const std::shared_ptr<Credential>& own = leg->context->credential();
  if (IsUndefined(env, credential)) {
    leg->credential = own;
    return true;
  }
  if (!ReadHandle(env, credential, &leg->credential, refusal)) return false;
  // All that is known of the package is read off the credential.
  if (leg->credential->IsOfSamePackage(*own)) return true;
  *refusal = Refusal::kOtherPackage;
  return false;
}

// (sync, credential, context, targetName, words, inputs)
napi_value LegCall(napi_env env, napi_callback_info info, LegSide side) {
  napi_value arguments[6];
  bool sync = false;
  std::unique_ptr<LegJob> job(new (std::nothrow) LegJob(side));
  if (job == nullptr) return Refuse(env, Refusal::kNoMemory);
  Leg* const leg = job->leg();
  const OutputRequest* requests = nullptr;
  uint32_t output_count = 0;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadBool(env, arguments[0], &sync) ||
      !ReadLegHandles(env, arguments[1], arguments[2], job.get(), &refusal) ||
      !ReadText(env, arguments[3], &leg->target_name, &refusal) ||
      !ReadLegWords(env, arguments[4], arguments[5], leg, &requests, &output_count, &refusal)) {
    return Refuse(env, refusal);
  }
  switch (PrepareLeg(leg, requests, output_count)) {
    case LegPreparation::kReady:
      break;
    case LegPreparation::kNoMemory:
      return Refuse(env, Refusal::kNoMemory);
    case LegPreparation::kUnsafeBuffers:
      return Refuse(env, Refusal::kUnsafeBuffers);
  }
  return Perform(env, sync, std::move(job));
}

class CompleteTokenJob final : public Job {
 public:
  CompleteToken* complete() { return &complete_; }
  EnteredContext* turn() { return &turn_; }

  const wchar_t* package() const override { return complete_.context->package(); }

  void Run() override {
    unwanted_ = complete_.context->closed();
    if (!unwanted_) RunCompleteToken(&complete_);
    complete_.context.reset();
  }

  napi_value Result(napi_env env) override {
    turn_.Leave();
    if (unwanted_) return Refuse(env, Refusal::kClosed);
    InputBuffers& token = complete_.token;
    Tuple tuple(env, 1 + 2 * size_t{token.count()});
    tuple.AddNumber(static_cast<uint32_t>(complete_.status));
    for (uint32_t i = 0; i < token.count(); ++i) {
      tuple.AddNumber(token.type(i));
      tuple.AddBytes(complete_.status < 0 ? nullptr : token.bytes(i), token.written_size(i));
    }
    return tuple.value();
  }

 private:
  CompleteToken complete_;
  EnteredContext turn_;
  bool unwanted_ = false;
};

}  // namespace

napi_value InitializeSecurityContextCall(napi_env env, napi_callback_info info) {
  return LegCall(env, info, LegSide::kInitialize);
}

napi_value AcceptSecurityContextCall(napi_env env, napi_callback_info info) {
  return LegCall(env, info, LegSide::kAccept);
}

// (sync, context, types, bytes)
napi_value CompleteAuthTokenCall(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  bool sync = false;
  std::unique_ptr<CompleteTokenJob> job(new (std::nothrow) CompleteTokenJob);
  if (job == nullptr) return Refuse(env, Refusal::kNoMemory);
  CompleteToken* const complete = job->complete();
  WordView types;
  Refusal refusal = Refusal::kBadArgument;
  if (!ReadArguments(env, info, arguments) || !ReadBool(env, arguments[0], &sync) ||
      !ReadHandle(env, arguments[1], &complete->context, &refusal) ||
      !job->turn()->Enter(complete->context, &refusal)) {
    return Refuse(env, refusal);
  }
  if (!ReadWords(env, arguments[2], &types) || types.count > kMaxSecBuffers) {
    return Refuse(env, Refusal::kBadArgument);
  }
  if (!ReadInput(env, arguments[3], types.data, static_cast<uint32_t>(types.count),
                 &complete->token, &refusal)) {
    return Refuse(env, refusal);
  }
  return Perform(env, sync, std::move(job));
}

// (context)
napi_value CloseContextCall(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!ReadArguments(env, info, arguments) || !CloseContextValue(env, arguments[0])) {
    return Refuse(env, Refusal::kNotAHandle);
  }
  return UndefinedValue(env);
}

}  // namespace secur32
