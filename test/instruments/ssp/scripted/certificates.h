// Certificates that a test lets the package give away in records: real ones of
// crypt32.dll, which says when all that was given is freed.
#ifndef SECUR32_TEST_SSP_SCRIPTED_CERTIFICATES_H_
#define SECUR32_TEST_SSP_SCRIPTED_CERTIFICATES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace secur32::scripted {

// A CERT_CONTEXT of the first one, in a store with all of them, which goes when
// the certificate is freed. nullptr if one is no certificate.
const void* GiveCertificate(const std::vector<std::vector<uint8_t>>& certificates);

// How many of those that were given are not freed.
uint32_t CountOpenCertificates();

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_CERTIFICATES_H_
