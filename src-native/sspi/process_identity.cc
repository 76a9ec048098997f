#include "sspi/process_identity.h"

#include <atomic>
#include <memory>
#include <new>

#include "sspi/text.h"

namespace secur32 {
namespace {

struct Identity {
  ZeroedText user;
  ZeroedText domain;
};

// Set once and never freed: threads may compare with it until the process ends.
std::atomic<const Identity*> first_identity{nullptr};

bool Copy(const ZeroedText& from, ZeroedText* to) {
  return !from.present() || to->Assign(from.get(), from.length());
}

bool IsSame(const ZeroedText& one, const ZeroedText& other) {
  if (!one.present() || !other.present()) return one.present() == other.present();
  return IsSameText(one.get(), other.get());
}

}  // namespace

bool AdmitIdentity(const ZeroedText& user, const ZeroedText& domain) {
  const Identity* first = first_identity.load();
  if (first == nullptr) {
    std::unique_ptr<Identity> identity(new (std::nothrow) Identity);
    if (identity == nullptr || !Copy(user, &identity->user) || !Copy(domain, &identity->domain)) {
      return false;
    }
    // Of several threads one is the first; `first` then names whoever was.
    if (first_identity.compare_exchange_strong(first, identity.get())) {
      first = identity.release();
    }
  }
  return IsSame(first->user, user) && IsSame(first->domain, domain);
}

}  // namespace secur32
