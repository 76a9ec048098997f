// Gives SSPI handles back off the JavaScript thread.
#ifndef SECUR32_EXECUTOR_RELEASE_H_
#define SECUR32_EXECUTOR_RELEASE_H_

#include <memory>

#include "sspi/handles.h"

namespace secur32 {

// Drops the reference on another thread; see DiscardLater.
void ReleaseLater(std::shared_ptr<Credential> credential);
void ReleaseLater(std::shared_ptr<Context> context);

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_RELEASE_H_
