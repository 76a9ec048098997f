// Several environments at once, each with the life of a worker thread: it
// acquires, runs legs and completes tokens, closes what is in use, changes its
// limit, and ends while calls run, wait and hang. At the end everything was
// given back once.
#include <pthread.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "scripted/gates.h"
#include "scripted/journal.h"
#include "scripted/script.h"
#include "sspi/attributes.h"
#include "sspi/transfer.h"
#include "support/checks.h"
#include "support/environment.h"
#include "support/legs.h"
#include "support/messages.h"
#include "support/records.h"
#include "windows/system_threads.h"

namespace secur32::sanitize {
namespace {

constexpr int kEnvironments = 4;
constexpr uint32_t kRounds = 300;
constexpr int kSteps = 80;
constexpr uint32_t kGates = 3;
constexpr uint32_t kScripts = 4;

// xorshift: the same choices in every run, as far as the threads allow.
class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed * 2654435761u + 1) {}
  uint32_t Below(uint32_t limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_ % limit;
  }

 private:
  uint32_t state_;
};

scripted::Answer RandomAnswer(Random* random) {
  constexpr uint32_t kSomeStatuses[] = {0, 0, 0x00090312, 0x00090313, 0x80090308, 0x80090318};
  scripted::Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(kSomeStatuses[random->Below(6)]);
  answer.handle = static_cast<scripted::HandleChange>(random->Below(3));
  if (random->Below(3) == 0) answer.gate = 1 + random->Below(kGates);
  if (random->Below(8) == 0) answer.delay_ms = 1;
  scripted::BufferAnswer token;
  token.bytes.assign(random->Below(200), 't');
  answer.outputs.push_back(std::move(token));
  return answer;
}

class Life {
 public:
  Life(uint32_t seed, const std::shared_ptr<Credential>& shared) : random_(seed), shared_(shared) {}

  void Live() {
    Environment environment;
    environment.scheduler()->SetLimit(1 + random_.Below(4));
    const int steps = 1 + static_cast<int>(random_.Below(kSteps));
    for (int i = 0; i < steps; ++i) Step(&environment);
    if (random_.Below(2) == 0) environment.Settle(1);
  }

 private:
  using Action = void (Life::*)(Environment*);

  void Step(Environment* environment) {
    constexpr Action kActions[] = {&Life::Acquire,      &Life::FirstLeg,         &Life::LaterLeg,
                                   &Life::LaterLeg,     &Life::Complete,         &Life::Query,
                                   &Life::CloseContext, &Life::CloseCredential,  &Life::OpenGate,
                                   &Life::Settle,       &Life::Settle,           &Life::SetLimit,
                                   &Life::AddAnswers,   &Life::LegOfTwoContexts, &Life::SendMessage,
                                   &Life::Transfer};
    (this->*kActions[random_.Below(sizeof(kActions) / sizeof(kActions[0]))])(environment);
  }

  void Acquire(Environment* environment) {
    auto job = std::make_unique<AcquireJob>();
    FillAcquire(kPackageKinds[random_.Below(3)], random_.Below(kScripts), job->acquire());
    environment->Start(std::move(job));
  }

  std::shared_ptr<Credential> AnyCredential(Environment* environment) {
    const auto& credentials = environment->credentials();
    if (credentials.empty() || random_.Below(3) == 0) return shared_;
    return credentials[random_.Below(static_cast<uint32_t>(credentials.size()))];
  }

  std::shared_ptr<Context> AnyContext(Environment* environment) {
    const auto& contexts = environment->contexts();
    if (contexts.empty()) return nullptr;
    return contexts[random_.Below(static_cast<uint32_t>(contexts.size()))];
  }

  void StartLeg(Environment* environment, LegSide side, std::shared_ptr<Credential> credential,
                const std::shared_ptr<Context>& context) {
    auto job = std::make_unique<LegJob>();
    Refusal refusal{};
    // Imported contexts take no legs.
    if (context != nullptr && context->side() == LegSide::kNone) return;
    if (context != nullptr && !job->turn()->Enter(context, &refusal)) return;
    if (credential == nullptr) credential = context->credential();
    if (context != nullptr && !credential->IsOfSamePackage(*context->credential())) return;
    const LegPreparation preparation =
        FillLeg(side, credential, context, random_.Below(2) * ISC_REQ_ALLOCATE_MEMORY,
                {{SECBUFFER_TOKEN, Bytes("token")}},
                {{SECBUFFER_TOKEN, kDefaultSize}, {SECBUFFER_ALERT, kDefaultSize}}, job->leg());
    EXPECT(preparation == LegPreparation::kReady);
    environment->Start(std::move(job));
  }

  void FirstLeg(Environment* environment) {
    StartLeg(environment, static_cast<LegSide>(random_.Below(2)), AnyCredential(environment),
             nullptr);
  }

  void LaterLeg(Environment* environment) {
    const auto context = AnyContext(environment);
    if (context == nullptr) return;
    StartLeg(environment, context->side(), random_.Below(2) == 0 ? shared_ : nullptr, context);
  }

  // The second is refused while the first has no result.
  void LegOfTwoContexts(Environment* environment) {
    const auto context = AnyContext(environment);
    if (context == nullptr) return;
    StartLeg(environment, context->side(), nullptr, context);
    StartLeg(environment, context->side(), nullptr, context);
  }

  void Complete(Environment* environment) {
    const auto context = AnyContext(environment);
    if (context == nullptr) return;
    auto job = std::make_unique<CompleteJob>();
    Refusal refusal{};
    if (!job->turn()->Enter(context, &refusal)) return;
    job->complete()->context = context;
    EXPECT(FillInput({{SECBUFFER_TOKEN, Bytes("token")}}, &job->complete()->token));
    environment->Start(std::move(job));
  }

  void Query(Environment* environment) {
    const auto context = AnyContext(environment);
    EnteredContext turn;
    Refusal refusal{};
    if (context == nullptr || !turn.Enter(context, &refusal)) return;
    AttributeQuery query(*FindContextLayout(SECPKG_ATTR_NAMES));
    query.Run(context.get());
    ReadRecord(query);
  }

  void SendMessage(Environment* environment) {
    const auto context = AnyContext(environment);
    EnteredContext turn;
    Refusal refusal{};
    if (context == nullptr || !turn.Enter(context, &refusal)) return;
    std::vector<Part> parts = {{SECBUFFER_TOKEN, std::vector<uint8_t>(16)},
                               {SECBUFFER_DATA, Bytes("data")}};
    Message message;
    message.call = kMessageCalls[random_.Below(4)];
    EXPECT(FillMessage(&parts, &message.buffers));
    if (CheckMessage(message, context.get()) != MessageCheck::kFine) return;
    RunMessage(&message, context.get());
    ReadMessage(parts, message.buffers);
  }

  // To nobody but itself: the handle of the old context is closed, a new one goes on.
  void Transfer(Environment* environment) {
    const auto count = static_cast<uint32_t>(environment->contexts().size());
    if (count == 0) return;
    const uint32_t index = random_.Below(count);
    const auto context = environment->contexts()[index];
    ExportedContext exported;
    {
      EnteredContext turn;
      Refusal refusal{};
      if (!turn.Enter(context, &refusal)) return;
      RunExport(context.get(), SECPKG_CONTEXT_EXPORT_DELETE_OLD, &exported);
      EXPECT(exported.status == SEC_E_OK);
      environment->CloseContext(index);
    }
    ImportedContext imported;
    EXPECT(AssignText(context->package(), &imported.package));
    EXPECT(imported.packed.Allocate(exported.size));
    std::memcpy(imported.packed.data(), exported.owner.get(), exported.size);
    RunImport(&imported);
    EXPECT(imported.context != nullptr);
    environment->Keep(std::move(imported.context));
  }

  void CloseContext(Environment* environment) {
    const auto count = static_cast<uint32_t>(environment->contexts().size());
    if (count > 0) environment->CloseContext(random_.Below(count));
  }

  void CloseCredential(Environment* environment) {
    const auto count = static_cast<uint32_t>(environment->credentials().size());
    if (count > 0) environment->CloseCredential(random_.Below(count));
  }

  void OpenGate(Environment*) { scripted::OpenGate(1 + random_.Below(kGates)); }

  void Settle(Environment* environment) { environment->Settle(random_.Below(2)); }

  void SetLimit(Environment* environment) {
    environment->scheduler()->SetLimit(1 + random_.Below(4));
  }

  void AddAnswers(Environment*) {
    constexpr scripted::Call kCalls[] = {scripted::Call::kInitialize, scripted::Call::kAccept,
                                         scripted::Call::kComplete};
    // Script 0 is the shared credential's too.
    for (int i = 0; i < 4; ++i) {
      AddAnswer(random_.Below(kScripts), kCalls[random_.Below(3)], RandomAnswer(&random_));
    }
  }

  Random random_;
  const std::shared_ptr<Credential> shared_;
};

struct Start {
  uint32_t seed;
  std::shared_ptr<Credential> shared;
};

void* RunLife(void* data) {
  const std::unique_ptr<Start> start(static_cast<Start*>(data));
  Life(start->seed, start->shared).Live();
  return nullptr;
}

void RunRound(uint32_t round) {
  BeginCase("round " + std::to_string(round));
  scripted::ForgetGates();
  {
    const std::shared_ptr<Credential> shared = AcquireFor(kPackageKinds[round % 3], 0);
    pthread_t threads[kEnvironments];
    for (int i = 0; i < kEnvironments; ++i) {
      auto* const start = new Start{round * kEnvironments + static_cast<uint32_t>(i), shared};
      pthread_create(&threads[i], nullptr, RunLife, start);
    }
    // The ends wait for no call that hangs.
    for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  }
  for (uint32_t gate = 1; gate <= kGates; ++gate) scripted::OpenGate(gate);
  AwaitSystemThreads();
  scripted::ForgetScripts();
  ExpectNothingLeft();
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  for (uint32_t round = 0; round < sanitize::kRounds; ++round) sanitize::RunRound(round);
  return sanitize::EndProgram();
}
