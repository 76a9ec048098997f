// SIDs in the layout of Windows: a revision, the count of the subauthorities,
// an authority of six bytes, the subauthorities.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_SIDS_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_SIDS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace secur32::sanitize {

using Sid = std::vector<uint8_t>;

// Empty if the text is none.
Sid SidOfText(const std::string& text);
std::string TextOfSid(const Sid& sid);

// A copy of the one at this address.
Sid SidAt(const void* sid);

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_SIDS_H_
