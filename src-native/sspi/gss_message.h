// Messages of a package that cuts the tokens of GSS-API (RFC 4121) elsewhere
// than Windows does.
//
// Windows' Kerberos puts the head of a token into TOKEN and leaves DATA as long
// as it was, so that TOKEN and DATA are the token. Wine's puts the beginning of
// the token into DATA and the rest into TOKEN, and wants it back like that, cut
// where the plain text ends. Here both are brought into the form of Windows,
// STREAM included.
#ifndef SECUR32_SSPI_GSS_MESSAGE_H_
#define SECUR32_SSPI_GSS_MESSAGE_H_

#include "sspi/message.h"

namespace secur32 {

// The largest head of a token: its header, a confounder, the header once more,
// and the longest checksum, of SHA-384.
constexpr uint32_t kGssHeadBytes = 16 + 16 + 16 + 24;

// Whether a context of such a package cuts like that, by its own sizes: not
// where it hands NTLM through, nor in DCE style.
bool CutsGssTokens(Context* context, const SecPkgContext_Sizes& sizes);

void EncryptGssMessage(Message* message, Context* context);
// Gives what was found of the quality of protection.
void DecryptGssMessage(Message* message, Context* context, ULONG* found);

}  // namespace secur32

#endif  // SECUR32_SSPI_GSS_MESSAGE_H_
