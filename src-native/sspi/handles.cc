#include "sspi/handles.h"

#include <utility>

#include "sspi/live_counts.h"
#include "sspi/secur32_api.h"

namespace secur32 {

Credential::Credential(const CredHandle& handle, uint32_t traits, uint32_t max_token)
    : handle_(handle), traits_(traits), max_token_(max_token) {
  ++live_counts.credentials;
}

Credential::~Credential() {
  Api().FreeCredentialsHandle(&handle_);
  --live_counts.credentials;
}

Context::Context(const CtxtHandle& handle, std::shared_ptr<Credential> credential)
    : handle_(handle), credential_(std::move(credential)) {
  ++live_counts.contexts;
}

Context::~Context() {
  Api().DeleteSecurityContext(&handle_);
  --live_counts.contexts;
}

}  // namespace secur32
