// What the scripted package's own DLL has of Windows, for its control.
#include "scripted/certificates.h"

#include <cstdint>
#include <vector>

#include "support/certificates.h"

namespace secur32::scripted {

const void* GiveCertificate(const std::vector<std::vector<uint8_t>>& certificates) {
  if (certificates.empty()) return nullptr;
  return sanitize::GiveCertificate(certificates.front(), certificates);
}

uint32_t CountOpenCertificates() { return sanitize::CountCertificates(); }

}  // namespace secur32::scripted

// FreeContextBuffer always asks the package here.
extern "C" bool WatchesFreeContextBuffer() { return true; }
