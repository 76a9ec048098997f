#include "executor/release.h"

#include <new>
#include <utility>

#include "executor/system_thread.h"

namespace secur32 {
namespace {

template <typename Handle>
void Submit(std::shared_ptr<Handle> handle) {
  auto* const reference = new (std::nothrow) std::shared_ptr<Handle>(std::move(handle));
  // Without memory or threads it is dropped here after all.
  if (reference == nullptr) return;
  const auto drop = [](void* data) { delete static_cast<std::shared_ptr<Handle>*>(data); };
  if (!RunOnSystemThread(drop, reference)) drop(reference);
}

}  // namespace

void ReleaseLater(std::shared_ptr<Credential> credential) { Submit(std::move(credential)); }

void ReleaseLater(std::shared_ptr<Context> context) { Submit(std::move(context)); }

}  // namespace secur32
