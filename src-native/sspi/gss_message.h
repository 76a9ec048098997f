// Messages of a package whose DATA and TOKEN are, in this order, one Kerberos
// token of RFC 4121, and whose DecryptMessage believes whatever size it is told.
#ifndef SECUR32_SSPI_GSS_MESSAGE_H_
#define SECUR32_SSPI_GSS_MESSAGE_H_

#include "sspi/handles.h"
#include "sspi/message.h"

namespace secur32 {

// DecryptMessage for [STREAM, DATA], which the package does not know, and for
// [TOKEN, DATA] with a TOKEN of exactly the size that the message says.
// SEC_E_INVALID_TOKEN for what is no such message.
SECURITY_STATUS DecryptGssMessage(Context* context, MessageBuffers* buffers, uint32_t sequence,
                                  ULONG* qop);

}  // namespace secur32

#endif  // SECUR32_SSPI_GSS_MESSAGE_H_
