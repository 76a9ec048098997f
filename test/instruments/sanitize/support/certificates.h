// crypt32.dll's certificates, as SSPI gives them away: each a block of its own
// with its bytes, and a store of others that came with it.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_CERTIFICATES_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_CERTIFICATES_H_

#include <cstdint>
#include <vector>

namespace secur32::sanitize {

using Der = std::vector<uint8_t>;

// For whoever frees it by FreeCertificate().
void* GiveCertificate(const Der& der, const std::vector<Der>& store);

// How many are not freed.
uint32_t CountCertificates();

// CertFreeCertificateContext and CertEnumCertificatesInStore.
int FreeCertificate(const void* certificate);
const void* NextCertificate(void* store, const void* previous);

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_CERTIFICATES_H_
