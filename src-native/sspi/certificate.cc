#include "sspi/certificate.h"

#include <atomic>

#include "sspi/system_library.h"

namespace secur32 {
namespace {

using FreeCertificate = BOOL(WINAPI*)(const void* certificate);
using EnumCertificates = const void*(WINAPI*)(void* store, const void* previous);

// Loaded when the first certificate comes, or a thread first acts as a client:
// few programs see either. What could not be loaded is tried again.
std::atomic<FreeCertificate> free_certificate{nullptr};
std::atomic<EnumCertificates> enum_certificates{nullptr};

}  // namespace

void LoadCertificateFunctions() {
  if (enum_certificates.load() != nullptr) return;
  const HMODULE library = LoadFromSystem32(L"\\crypt32.dll");
  if (library == nullptr) return;
  free_certificate = FindFunction<FreeCertificate>(library, "CertFreeCertificateContext");
  // Last: it tells that all are there.
  enum_certificates = FindFunction<EnumCertificates>(library, "CertEnumCertificatesInStore");
}

CertificateOwner::~CertificateOwner() {
  if (certificate_ == nullptr) return;
  LoadCertificateFunctions();
  const FreeCertificate free = free_certificate;
  if (free != nullptr) free(certificate_);
}

const CertificateRecord* NextInStore(const CertificateRecord& certificate,
                                     const CertificateRecord* previous) {
  LoadCertificateFunctions();
  const EnumCertificates next = enum_certificates;
  if (certificate.store == nullptr || next == nullptr) return nullptr;
  return static_cast<const CertificateRecord*>(next(certificate.store, previous));
}

}  // namespace secur32
