#include "support/certificates.h"

#include <windows.h>

#include <atomic>
#include <cstring>
#include <memory>

#include "sspi/certificate.h"

namespace secur32::sanitize {
namespace {

constexpr uint32_t kX509Asn = 1;

struct Store {
  std::vector<Der> ders;
};

// The record comes first: its address is the certificate's.
struct Certificate {
  CertificateRecord record;
  std::shared_ptr<Store> store;
  // Where in the store it stands; before the first for the one that it came with.
  int position;
};

std::atomic<uint32_t> certificates{0};

// Bytes in a block of their own, so that it ends where they do.
void* Make(const Der& der, const std::shared_ptr<Store>& store, int position) {
  auto* const bytes = static_cast<uint8_t*>(HeapAlloc(GetProcessHeap(), 0, der.size()));
  if (!der.empty()) std::memcpy(bytes, der.data(), der.size());
  ++certificates;
  return new Certificate{
      {kX509Asn, bytes, static_cast<uint32_t>(der.size()), nullptr, store.get()}, store, position};
}

}  // namespace

void* GiveCertificate(const Der& der, const std::vector<Der>& store) {
  return Make(der, std::make_shared<Store>(Store{store}), -1);
}

uint32_t CountCertificates() { return certificates; }

int FreeCertificate(const void* certificate) {
  const auto* const freed = static_cast<const Certificate*>(certificate);
  HeapFree(GetProcessHeap(), 0, const_cast<uint8_t*>(freed->record.bytes));
  delete freed;
  --certificates;
  return TRUE;
}

const void* NextCertificate(void* store, const void* previous) {
  const auto* const ders = &static_cast<const Store*>(store)->ders;
  const auto* const before = static_cast<const Certificate*>(previous);
  const int position = before == nullptr ? 0 : before->position + 1;
  const bool ended = position == static_cast<int>(ders->size());
  // Certificates of a store do not keep it; the one that it came with does.
  const std::shared_ptr<Store> unowned(std::shared_ptr<void>(), static_cast<Store*>(store));
  void* const next =
      ended ? nullptr : Make((*ders)[static_cast<size_t>(position)], unowned, position);
  if (before != nullptr) FreeCertificate(before);
  return next;
}

}  // namespace secur32::sanitize
