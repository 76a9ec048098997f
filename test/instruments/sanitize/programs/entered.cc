// One context, one call at a time: threads that all want into the same
// contexts, of which each does whatever it can when it is inside. Without the
// one flag they would change the context under each other.
#include <pthread.h>

#include <atomic>
#include <memory>
#include <vector>

#include "scripted/journal.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/messages.h"

namespace secur32::sanitize {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 4000;
constexpr int kContexts = 2;

struct World {
  std::vector<std::shared_ptr<Credential>> credentials;
  std::vector<std::shared_ptr<Context>> contexts;
  // All start at once.
  pthread_barrier_t start;
  // Relaxed: counting must put nobody's calls in order.
  std::atomic<int> entered{0};
  std::atomic<int> refused{0};
};

void RunInside(const std::shared_ptr<Context>& context, World* world, int round) {
  // Before any reference is counted, which would put the calls in order too.
  EXPECT(!context->failed() && context->handle()->dwLower != 0);
  const auto& credential = world->credentials[round % world->credentials.size()];
  if (round % 3 == 0) {
    CompleteToken complete;
    complete.context = context;
    EXPECT(FillInput({{SECBUFFER_TOKEN, Bytes("token")}}, &complete.token));
    RunCompleteToken(&complete);
    EXPECT(complete.status == SEC_E_OK);
    return;
  }
  if (round % 5 == 0) {
    std::vector<Part> parts = {{SECBUFFER_TOKEN, std::vector<uint8_t>(16)},
                               {SECBUFFER_DATA, Bytes("data")}};
    Message message;
    message.call = kMessageCalls[round % 2 == 0 ? 0 : 2];
    EXPECT(FillMessage(&parts, &message.buffers));
    RunMessage(&message, context.get());
    EXPECT(message.status == SEC_E_OK);
    return;
  }
  Leg leg;
  EXPECT(FillLeg(context->side(), credential, context, 0, {{SECBUFFER_TOKEN, Bytes("again")}},
                 {{SECBUFFER_TOKEN, kDefaultSize}}, &leg) == LegPreparation::kReady);
  RunLeg(&leg);
  EXPECT(leg.status == SEC_E_OK);
  EXPECT(context->credential() == credential);
  ReadOutput(leg);
}

void* RunThread(void* data) {
  auto* const world = static_cast<World*>(data);
  pthread_barrier_wait(&world->start);
  for (int round = 0; round < kRounds; ++round) {
    const std::shared_ptr<Context>& context = world->contexts[round % kContexts];
    if (!context->Enter()) {
      world->refused.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    RunInside(context, world, round);
    context->Leave();
    world->entered.fetch_add(1, std::memory_order_relaxed);
  }
  return nullptr;
}

void RunAll() {
  BeginCase("threads that all want into the same contexts");
  World world;
  for (int i = 0; i < kContexts; ++i) {
    world.credentials.push_back(AcquireFor(L"Scripted", 0));
    world.contexts.push_back(MakeContext(LegSide::kAccept, world.credentials[i]));
  }
  pthread_barrier_init(&world.start, nullptr, kThreads);
  pthread_t threads[kThreads];
  for (pthread_t& thread : threads) pthread_create(&thread, nullptr, RunThread, &world);
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  pthread_barrier_destroy(&world.start);
  EXPECT(world.entered > 0);
  EXPECT(world.entered + world.refused == kThreads * kRounds);
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::RunAll();
  return sanitize::EndProgram();
}
