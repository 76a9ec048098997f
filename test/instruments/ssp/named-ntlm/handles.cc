#include "named-ntlm/handles.h"

#include "named-ntlm/ntlm.h"

namespace secur32::named_ntlm {

Credential::~Credential() { Secur32().FreeCredentialsHandle(&real); }

Context::~Context() {
  if (has_real) Secur32().DeleteSecurityContext(&real);
}

// Never destroyed: calls may be running when the process ends.
HandleTable<Credential>& Credentials() {
  static auto* const table = new HandleTable<Credential>;
  return *table;
}

HandleTable<Context>& Contexts() {
  static auto* const table = new HandleTable<Context>;
  return *table;
}

}  // namespace secur32::named_ntlm
