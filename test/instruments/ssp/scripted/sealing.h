// What the package does with messages where no script says anything: enough
// that what one side protects the other one can unprotect.
//
// A message's token is `sealed!!`, and its bytes are turned over; `plain!!!` if
// the caller wants it unencrypted. A signature is `signed!!`.
#ifndef SECUR32_TEST_SSP_SCRIPTED_SEALING_H_
#define SECUR32_TEST_SSP_SCRIPTED_SEALING_H_

#include "sspi/windows_sspi.h"

namespace secur32::scripted {

void Seal(ULONG protection, SecBufferDesc* message);
// A token that it did not make is SEC_E_MESSAGE_ALTERED, none at all
// SEC_E_INVALID_TOKEN. Writes the protection if it is not the usual one.
SECURITY_STATUS Unseal(SecBufferDesc* message, ULONG* protection);

void MakeSignature(SecBufferDesc* message);
SECURITY_STATUS CheckSignature(const SecBufferDesc* message);

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_SEALING_H_
