// Certificates that SSPI gives away: CERT_CONTEXT, which crypt32.dll frees.
#ifndef SECUR32_SSPI_CERTIFICATE_H_
#define SECUR32_SSPI_CERTIFICATE_H_

#include <cstdint>
#include <utility>

namespace secur32 {

// The beginning of a CERT_CONTEXT, as far as it is read here.
struct CertificateRecord {
  uint32_t encoding;
  const uint8_t* bytes;
  uint32_t size;
  const void* info;
  void* store;
};

// Loads what certificates need, unless it is there. Before a thread acts as a
// client: what is loaded then is opened with the client's rights.
void LoadCertificateFunctions();

class CertificateOwner {
 public:
  CertificateOwner() = default;
  // May be nullptr.
  explicit CertificateOwner(void* certificate) : certificate_(certificate) {}
  ~CertificateOwner();
  CertificateOwner(CertificateOwner&& other) noexcept
      : certificate_(std::exchange(other.certificate_, nullptr)) {}
  CertificateOwner& operator=(CertificateOwner&& other) noexcept {
    std::swap(certificate_, other.certificate_);
    return *this;
  }
  CertificateOwner(const CertificateOwner&) = delete;
  CertificateOwner& operator=(const CertificateOwner&) = delete;

 private:
  void* certificate_ = nullptr;
};

// The certificate after `previous` in the store that came with one, which is
// freed; nullptr at the end.
const CertificateRecord* NextInStore(const CertificateRecord& certificate,
                                     const CertificateRecord* previous);

}  // namespace secur32

#endif  // SECUR32_SSPI_CERTIFICATE_H_
