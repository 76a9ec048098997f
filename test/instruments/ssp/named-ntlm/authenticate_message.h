// Who sent the last message of an NTLM logon.
#ifndef SECUR32_TEST_SSP_NAMED_NTLM_AUTHENTICATE_MESSAGE_H_
#define SECUR32_TEST_SSP_NAMED_NTLM_AUTHENTICATE_MESSAGE_H_

#include <cstddef>
#include <cstdint>

#include "sspi/zeroed_buffer.h"

namespace secur32::named_ntlm {

// Whether a CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2) settles on UTF-16. The server
// reads the answer as it settled, whatever flags the answer itself claims.
bool SettlesOnUnicode(const uint8_t* message, size_t size);

// `DOMAIN\user` of an AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3). False for one
// that is malformed in any way, of an anonymous client, or if there is no
// memory.
bool ReadClientName(const uint8_t* message, size_t size, bool unicode, ZeroedText* name);

}  // namespace secur32::named_ntlm

#endif  // SECUR32_TEST_SSP_NAMED_NTLM_AUTHENTICATE_MESSAGE_H_
