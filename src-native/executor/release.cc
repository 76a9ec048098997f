#include "executor/release.h"

#include <new>
#include <utility>

namespace secur32 {
namespace {

template <typename Handle>
struct Release {
  std::shared_ptr<Handle> handle;

  static void CALLBACK Run(PTP_CALLBACK_INSTANCE, void* data) {
    delete static_cast<Release*>(data);
  }
};

template <typename Handle>
void Submit(std::shared_ptr<Handle> handle) {
  auto* const release = new (std::nothrow) Release<Handle>{std::move(handle)};
  if (release == nullptr) return;
  if (!TrySubmitThreadpoolCallback(Release<Handle>::Run, release, nullptr)) delete release;
}

}  // namespace

void ReleaseLater(std::shared_ptr<Credential> credential) { Submit(std::move(credential)); }

void ReleaseLater(std::shared_ptr<Context> context) { Submit(std::move(context)); }

}  // namespace secur32
