// What the addon must know of the package behind a credential to call it
// safely: how it wants its output memory, and what Wine's packages do
// otherwise than those of Windows.
#ifndef SECUR32_SSPI_PROVIDER_H_
#define SECUR32_SSPI_PROVIDER_H_

#include <cstdint>

#include "sspi/windows_sspi.h"

namespace secur32 {

// Mirrored by ProviderTrait in lib/binding/provider-traits.ts.
enum ProviderTrait : uint32_t {
  // Tokens are a byte stream: SEC_E_INCOMPLETE_MESSAGE asks for more bytes and
  // leaves the context as it was.
  kStreamPackage = 1u << 0,
  // Output is taken from the package's own memory (ALLOCATE_MEMORY), because
  // its size is not bounded by cbMaxToken.
  kAllocatesOutput = 1u << 1,
  // AcceptSecurityContext with ALLOCATE_MEMORY writes to a null pointer.
  kAcceptCannotAllocate = 1u << 2,
  // Reads pBuffers[0] of both descriptors whatever they hold, may write
  // cbMaxToken bytes there whatever the capacity says, and may call its token
  // SECBUFFER_DATA.
  kFirstBufferIsToken = 1u << 3,
  // Accepts SECBUFFER_CHANNEL_BINDINGS and does not look at them.
  kIgnoresChannelBindings = 1u << 4,
  // Accepts a package list and does not look at it.
  kIgnoresPackageList = 1u << 5,
  // NTLM never writes pfContextAttr; SECPKG_ATTR_FLAGS tells signing and
  // sealing, in the client's bits on both sides, and nothing of replays and
  // order. Every signature of NTLM has the number of its message, which the
  // client's side compares; the side that accepted has no messages
  // (kMessagesWithoutKeys). Kerberos writes pfContextAttr, and does not know
  // SECPKG_ATTR_FLAGS.
  kContextAttributesNotWritten = 1u << 6,
  // An explicit identity takes the place of the process's own, and of every
  // earlier one: credentials of two identities in one process would act as the
  // later one.
  kOneIdentityPerProcess = 1u << 7,
  // The message functions read and write a token of the size that they expect,
  // whatever its buffer's size is.
  kTokenNotMeasured = 1u << 8,
  // DecryptMessage does not know SECBUFFER_STREAM.
  kNoStreamMessages = 1u << 9,
  // NTLM's messages go on with keys of zeros where it has none, before the end
  // of the handshake and on the side that accepted: they would be sent in the
  // clear.
  kMessagesWithoutKeys = 1u << 10,
  // Cuts the tokens of Kerberos elsewhere than Windows, and says that they are
  // shorter than they are: sspi/gss_message.h.
  kCutsGssTokens = 1u << 11,
  // DecryptMessage reads the header of a record whether it is there or not.
  kReadsWholeHeader = 1u << 12,
  // SetContextAttributes calls a pointer that was never written.
  kCannotSetAttributes = 1u << 13,
  // The names of SECPKG_ATTR_KEY_INFO are the package's own, not the caller's.
  kOwnsKeyNames = 1u << 14,
};

// "10.0" and the like under Wine, nullptr on Windows.
const char* WineVersion();

// The traits of a package by any of its names, case-insensitively.
uint32_t TraitsOfPackage(const wchar_t* package);

}  // namespace secur32

#endif  // SECUR32_SSPI_PROVIDER_H_
