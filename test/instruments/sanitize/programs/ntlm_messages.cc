// The reader of NTLM's messages of test/instruments/ssp/named-ntlm, with bytes of any kind
// in memory that ends where they do.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "named-ntlm/authenticate_message.h"
#include "sspi/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  using namespace secur32;
  std::vector<uint8_t> message(bytes + 1, bytes + size);
  // What every message begins with, which a search would not find.
  constexpr uint8_t kBeginning[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 3, 0, 0, 0};
  if (message.size() >= sizeof(kBeginning) && (bytes[0] & 2) != 0) {
    std::memcpy(message.data(), kBeginning, sizeof(kBeginning));
    if ((bytes[0] & 4) != 0) message[8] = 2;
  }
  named_ntlm::SettlesOnUnicode(message.data(), message.size());
  ZeroedText name;
  if (named_ntlm::ReadClientName(message.data(), message.size(), (bytes[0] & 1) != 0, &name) &&
      name.get()[name.length()] != 0) {
    std::abort();
  }
  return 0;
}
