#include "sspi/certificate.h"

#include "sspi/system_library.h"

namespace secur32 {
namespace {

using FreeCertificate = BOOL(WINAPI*)(const void* certificate);
using EnumCertificates = const void*(WINAPI*)(void* store, const void* previous);

// Loaded when the first certificate comes: few programs see one.
struct Crypt32 {
  FreeCertificate free_certificate = nullptr;
  EnumCertificates enum_certificates = nullptr;

  Crypt32() {
    const HMODULE library = LoadFromSystem32(L"\\crypt32.dll");
    if (library == nullptr) return;
    free_certificate = FindFunction<FreeCertificate>(library, "CertFreeCertificateContext");
    enum_certificates = FindFunction<EnumCertificates>(library, "CertEnumCertificatesInStore");
  }
};

const Crypt32& TheCrypt32() {
  static const Crypt32 crypt32;
  return crypt32;
}

}  // namespace

CertificateOwner::~CertificateOwner() {
  if (certificate_ == nullptr || TheCrypt32().free_certificate == nullptr) return;
  TheCrypt32().free_certificate(certificate_);
}

const CertificateRecord* NextInStore(const CertificateRecord& certificate,
                                     const CertificateRecord* previous) {
  if (certificate.store == nullptr || TheCrypt32().enum_certificates == nullptr) return nullptr;
  return static_cast<const CertificateRecord*>(
      TheCrypt32().enum_certificates(certificate.store, previous));
}

}  // namespace secur32
