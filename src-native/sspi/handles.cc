#include "sspi/handles.h"

#include <utility>

#include "sspi/live_counts.h"
#include "sspi/secur32_api.h"
#include "sspi/text.h"

namespace secur32 {

Credential::Credential(const CredHandle& handle, ZeroedText package, uint32_t traits,
                       uint32_t max_token)
    : handle_(handle),
      package_(std::make_shared<const ZeroedText>(std::move(package))),
      traits_(traits),
      max_token_(max_token) {
  ++live_counts.credentials;
}

Credential::~Credential() {
  Api().FreeCredentialsHandle(&handle_);
  --live_counts.credentials;
}

bool Credential::IsOfSamePackage(const Credential& other) const {
  return IsSameText(package(), other.package());
}

Context::Context(const CtxtHandle& handle, LegSide side, std::shared_ptr<Credential> credential)
    : handle_(handle),
      side_(side),
      package_(credential->package_),
      traits_(credential->traits()),
      credential_(std::move(credential)) {
  ++live_counts.contexts;
}

Context::Context(const CtxtHandle& handle, ZeroedText package, uint32_t traits)
    : handle_(handle),
      side_(LegSide::kNone),
      package_(std::make_shared<const ZeroedText>(std::move(package))),
      traits_(traits) {
  ++live_counts.contexts;
}

Context::~Context() {
  if (!given_away_) Api().DeleteSecurityContext(&handle_);
  --live_counts.contexts;
}

}  // namespace secur32
