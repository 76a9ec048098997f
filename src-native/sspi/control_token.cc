#include "sspi/control_token.h"

#include "sspi/secur32_api.h"

namespace secur32 {

SECURITY_STATUS RunControlToken(Context* context, InputBuffers* input) {
  return Api().ApplyControlToken(context->handle(), input->descriptor());
}

}  // namespace secur32
