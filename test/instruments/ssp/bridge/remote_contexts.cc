#include "bridge/remote_contexts.h"

#include <map>

#include "executor/lock.h"

namespace secur32::bridge {
namespace {

struct Contexts {
  Lock lock;
  std::map<uint32_t, uint32_t> remote;
};

// Never destroyed: calls may be running when the process ends.
Contexts& TheContexts() {
  static Contexts* const contexts = new Contexts;
  return *contexts;
}

}  // namespace

uint32_t RemoteOf(const scripted::ContextRecord& context) {
  Contexts& contexts = TheContexts();
  const Lock::Guard guard(&contexts.lock);
  const auto found = contexts.remote.find(context.id);
  return found == contexts.remote.end() ? 0 : found->second;
}

void Remember(const scripted::ContextRecord& context, uint32_t remote) {
  Contexts& contexts = TheContexts();
  const Lock::Guard guard(&contexts.lock);
  contexts.remote[context.id] = remote;
}

void Forget(const scripted::ContextRecord& context) {
  Contexts& contexts = TheContexts();
  const Lock::Guard guard(&contexts.lock);
  contexts.remote.erase(context.id);
}

}  // namespace secur32::bridge
