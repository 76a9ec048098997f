#include "sspi/attributes.h"

#include "sspi/secur32_api.h"

namespace secur32 {

bool IsKnownAttribute(uint32_t attribute) {
  switch (attribute) {
    case SECPKG_ATTR_SIZES:
    case SECPKG_ATTR_NAMES:
    case SECPKG_ATTR_LIFESPAN:
    case SECPKG_ATTR_SESSION_KEY:
    case SECPKG_ATTR_PACKAGE_INFO:
    case SECPKG_ATTR_NEGOTIATION_INFO:
    case SECPKG_ATTR_FLAGS:
      return true;
    default:
      return false;
  }
}

void* AttributeQuery::OwnedMemory() const {
  switch (attribute_) {
    case SECPKG_ATTR_NAMES:
      return record_.names.sUserName;
    case SECPKG_ATTR_SESSION_KEY:
      return record_.session_key.SessionKey;
    case SECPKG_ATTR_PACKAGE_INFO:
      return record_.package_info.PackageInfo;
    case SECPKG_ATTR_NEGOTIATION_INFO:
      return record_.negotiation_info.PackageInfo;
    default:
      return nullptr;
  }
}

SECURITY_STATUS AttributeQuery::Run(Context* context) {
  const SECURITY_STATUS status =
      Api().QueryContextAttributesW(context->handle(), attribute_, &record_);
  if (status >= 0) {
    owner_ = ContextBuffer(OwnedMemory());
  } else {
    // A failing package may have left half a record; nothing in it is ours.
    record_ = AttributeRecord{};
  }
  return status;
}

AttributeQuery::~AttributeQuery() {
  if (attribute_ == SECPKG_ATTR_SESSION_KEY && owner_.get() != nullptr) {
    SecureZeroMemory(record_.session_key.SessionKey, record_.session_key.SessionKeyLength);
  }
}

}  // namespace secur32
