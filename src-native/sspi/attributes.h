// QueryContextAttributesW for one attribute at a time: the record that the
// package fills, and the memory that it allocated for it.
#ifndef SECUR32_SSPI_ATTRIBUTES_H_
#define SECUR32_SSPI_ATTRIBUTES_H_

#include <cstdint>

#include "sspi/context_buffer.h"
#include "sspi/handles.h"
#include "sspi/windows_sspi.h"

namespace secur32 {

// Mirrored by the readers in lib/raw/context-attributes.ts.
bool IsKnownAttribute(uint32_t attribute);

// The record of any known attribute, zero before the call: members that a
// package does not write are never freed.
union AttributeRecord {
  SecPkgContext_Sizes sizes;
  SecPkgContext_NamesW names;
  SecPkgContext_Lifespan lifespan;
  SecPkgContext_PackageInfoW package_info;
  SecPkgContext_NegotiationInfoW negotiation_info;
  SecPkgContext_Flags flags;
  SecPkgContext_SessionKey session_key;
};

class AttributeQuery {
 public:
  explicit AttributeQuery(uint32_t attribute) : attribute_(attribute) {}
  // Zeroes a session key before its memory is freed.
  ~AttributeQuery();
  AttributeQuery(const AttributeQuery&) = delete;
  AttributeQuery& operator=(const AttributeQuery&) = delete;

  // Whoever calls has entered the context.
  SECURITY_STATUS Run(Context* context);

  uint32_t attribute() const { return attribute_; }
  // Zero if Run() failed.
  const AttributeRecord& record() const { return record_; }

 private:
  // The one pointer of the record that FreeContextBuffer wants back.
  void* OwnedMemory() const;

  const uint32_t attribute_;
  AttributeRecord record_{};
  ContextBuffer owner_;
};

}  // namespace secur32

#endif  // SECUR32_SSPI_ATTRIBUTES_H_
