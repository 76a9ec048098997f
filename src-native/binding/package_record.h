#ifndef SECUR32_BINDING_PACKAGE_RECORD_H_
#define SECUR32_BINDING_PACKAGE_RECORD_H_

#include "binding/tuple.h"
#include "sspi/windows_sspi.h"

namespace secur32 {

// capabilities, version, rpcId, maxToken, name, comment; six times undefined
// for NULL.
void AddPackage(const SecPkgInfoW* package, Tuple* tuple);

}  // namespace secur32

#endif  // SECUR32_BINDING_PACKAGE_RECORD_H_
