#include "scripted/certificates.h"

#include <windows.h>
// After windows.h.
#include <wincrypt.h>

#include "executor/lock.h"

namespace secur32::scripted {
namespace {

struct Stores {
  Lock lock;
  std::vector<HCERTSTORE> open;
};

// Never destroyed: calls may be running when the process ends.
Stores& TheStores() {
  static Stores* const stores = new Stores;
  return *stores;
}

const CERT_CONTEXT* AddTo(HCERTSTORE store, const std::vector<uint8_t>& der) {
  const CERT_CONTEXT* added = nullptr;
  CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, der.data(),
                                   static_cast<DWORD>(der.size()), CERT_STORE_ADD_ALWAYS, &added);
  return added;
}

// Closes the store, unless somebody has a certificate of it.
bool IsFree(HCERTSTORE store) {
  if (CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG) != FALSE) return true;
  // It lives as long as its certificate, and was closed all the same.
  CertDuplicateStore(store);
  return false;
}

}  // namespace

const void* GiveCertificate(const std::vector<std::vector<uint8_t>>& certificates) {
  const HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr);
  const CERT_CONTEXT* given = nullptr;
  for (const std::vector<uint8_t>& der : certificates) {
    const CERT_CONTEXT* const added = AddTo(store, der);
    if (given == nullptr) {
      given = added;
    } else if (added != nullptr) {
      CertFreeCertificateContext(added);
    }
  }
  Stores& stores = TheStores();
  const Lock::Guard guard(&stores.lock);
  stores.open.push_back(store);
  return given;
}

uint32_t CountOpenCertificates() {
  Stores& stores = TheStores();
  const Lock::Guard guard(&stores.lock);
  std::erase_if(stores.open, IsFree);
  return static_cast<uint32_t>(stores.open.size());
}

}  // namespace secur32::scripted
