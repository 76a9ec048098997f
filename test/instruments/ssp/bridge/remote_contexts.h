// What the program on Linux calls a context of the ledger.
#ifndef SECUR32_TEST_SSP_BRIDGE_REMOTE_CONTEXTS_H_
#define SECUR32_TEST_SSP_BRIDGE_REMOTE_CONTEXTS_H_

#include <cstdint>

#include "scripted/ledger.h"

namespace secur32::bridge {

// The program's credentials are the scripts of the ledger's.
inline uint32_t RemoteOf(const scripted::CredentialRecord& credential) { return credential.script; }

uint32_t RemoteOf(const scripted::ContextRecord& context);
void Remember(const scripted::ContextRecord& context, uint32_t remote);
void Forget(const scripted::ContextRecord& context);

}  // namespace secur32::bridge

#endif  // SECUR32_TEST_SSP_BRIDGE_REMOTE_CONTEXTS_H_
