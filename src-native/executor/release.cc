#include "executor/release.h"

#include <new>
#include <utility>

#include "executor/discard.h"

namespace secur32 {
namespace {

template <typename Handle>
class HandleDiscard final : public Discard {
 public:
  explicit HandleDiscard(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

 private:
  const std::shared_ptr<Handle> handle_;
};

template <typename Handle>
void Submit(const wchar_t* package, std::shared_ptr<Handle> handle) {
  std::unique_ptr<Discard> discard(new (std::nothrow) HandleDiscard<Handle>(std::move(handle)));
  // Without memory it is dropped here after all.
  if (discard != nullptr) DiscardLater(package, std::move(discard));
}

}  // namespace

void ReleaseLater(std::shared_ptr<Credential> credential) {
  const wchar_t* const package = credential->package();
  Submit(package, std::move(credential));
}

void ReleaseLater(std::shared_ptr<Context> context) {
  const wchar_t* const package = context->package();
  Submit(package, std::move(context));
}

}  // namespace secur32
