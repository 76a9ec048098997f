#include "sspi/acquire.h"

#include <utility>

#include "sspi/packages.h"
#include "sspi/provider.h"
#include "sspi/secur32_api.h"

namespace secur32 {
namespace {

unsigned short* Characters(ZeroedText* text) {
  return reinterpret_cast<unsigned short*>(text->get());
}

ULONG Length(const ZeroedText& text) { return static_cast<ULONG>(text.length()); }

// Both forms of SEC_WINNT_AUTH_IDENTITY have these members, in other places.
template <typename Identity>
void FillIdentity(Acquire* acquire, Identity* identity) {
  identity->User = Characters(&acquire->user);
  identity->UserLength = Length(acquire->user);
  identity->Domain = Characters(&acquire->domain);
  identity->DomainLength = Length(acquire->domain);
  identity->Password = Characters(&acquire->password);
  identity->PasswordLength = Length(acquire->password);
  identity->Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
}

SECURITY_STATUS CallAcquire(Acquire* acquire, void* auth_data, CredHandle* handle,
                            TimeStamp* expiry) {
  return Api().AcquireCredentialsHandleW(acquire->principal.get(), acquire->package.get(),
                                         acquire->use, nullptr, auth_data, nullptr, nullptr, handle,
                                         expiry);
}

SECURITY_STATUS CallWithIdentity(Acquire* acquire, CredHandle* handle, TimeStamp* expiry) {
  if (acquire->package_list.present()) {
    SEC_WINNT_AUTH_IDENTITY_EXW identity{};
    identity.Version = SEC_WINNT_AUTH_IDENTITY_VERSION;
    identity.Length = sizeof(identity);
    FillIdentity(acquire, &identity);
    identity.PackageList = Characters(&acquire->package_list);
    identity.PackageListLength = Length(acquire->package_list);
    return CallAcquire(acquire, &identity, handle, expiry);
  }
  if (acquire->user.present()) {
    SEC_WINNT_AUTH_IDENTITY_W identity{};
    FillIdentity(acquire, &identity);
    return CallAcquire(acquire, &identity, handle, expiry);
  }
  return CallAcquire(acquire, nullptr, handle, expiry);
}

}  // namespace

void RunAcquire(Acquire* acquire) {
  CredHandle handle{};
  TimeStamp expiry{};
  ZeroedText name;
  uint32_t max_token = 0;
  // First, so that no credential must be taken back if it fails.
  acquire->status = DescribePackage(&acquire->package, &name, &max_token);
  if (acquire->status == SEC_E_OK) acquire->status = CallWithIdentity(acquire, &handle, &expiry);
  acquire->password = ZeroedText();
  if (acquire->status < 0) return;
  acquire->expiry = expiry.QuadPart;
  const uint32_t traits = TraitsOfPackage(name.get());
  acquire->credential = std::make_shared<Credential>(handle, std::move(name), traits, max_token);
}

}  // namespace secur32
