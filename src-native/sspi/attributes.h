// QueryContextAttributesW and its like for one attribute at a time: the record
// that the package fills or takes, and the memory that it allocated for it.
#ifndef SECUR32_SSPI_ATTRIBUTES_H_
#define SECUR32_SSPI_ATTRIBUTES_H_

#include <cstddef>
#include <cstdint>

#include "sspi/attribute_layouts.h"
#include "sspi/certificate.h"
#include "sspi/context_buffer.h"
#include "sspi/handles.h"
#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

// A record that is queried: zero before the call, so that members that a
// package does not write are never freed, and zeroed after use.
class AttributeQuery {
 public:
  explicit AttributeQuery(const AttributeLayout& layout) : layout_(layout) {}
  // Zeroes secrets before their memory is freed.
  ~AttributeQuery();
  AttributeQuery(const AttributeQuery&) = delete;
  AttributeQuery& operator=(const AttributeQuery&) = delete;

  // Whoever calls has entered the context.
  SECURITY_STATUS Run(Context* context);
  SECURITY_STATUS Run(Credential* credential);

  const AttributeLayout& layout() const { return layout_; }

  // Of a field, after a success. Members of the wrong kind are nonsense.
  uint32_t Number(const Field& field) const;
  uint64_t Pointer(const Field& field) const;
  int64_t Time(const Field& field) const;
  // Memory of the package, or the record's own; nullptr for none.
  const void* Memory(const Field& field) const;
  // How many elements an array has.
  uint32_t Count(const Field& field) const;

 private:
  void PutVersion();
  SECURITY_STATUS Settle(SECURITY_STATUS status);
  void TakeOwnership();
  const uint8_t* At(const Field& field) const { return record_ + field.offset; }
  const void* PointerAt(const Field& field) const;

  const AttributeLayout& layout_;
  alignas(8) uint8_t record_[kMaxRecordBytes]{};
  ContextBuffer owned_[kMaxFields];
  CertificateOwner certificates_[kMaxFields];
  bool succeeded_ = false;
  bool is_lent_ = false;
};

// A record that is set, made of the caller's values, field by field.
class AttributeSetting {
 public:
  explicit AttributeSetting(const AttributeLayout& layout) : layout_(layout) {}
  ~AttributeSetting();
  AttributeSetting(const AttributeSetting&) = delete;
  AttributeSetting& operator=(const AttributeSetting&) = delete;

  const AttributeLayout& layout() const { return layout_; }

  void PutNumber(const Field& field, uint32_t number);
  void PutPointer(const Field& field, uint64_t value);
  // A copy. False if there is no memory, or more than the record can count.
  [[nodiscard]] bool PutBytes(uint32_t index, const uint8_t* bytes, size_t size, bool* no_memory);

  // Whoever calls has entered the context.
  SECURITY_STATUS Run(Context* context);
  // SEC_E_UNSUPPORTED_FUNCTION where the system does not have the function.
  SECURITY_STATUS Run(Credential* credential);

 private:
  // The record, or the caller's bytes where these are the record.
  void* Memory();
  ULONG Size() const;

  const AttributeLayout& layout_;
  alignas(8) uint8_t record_[kMaxRecordBytes]{};
  ZeroedBuffer bytes_[kMaxFields];
};

}  // namespace secur32

#endif  // SECUR32_SSPI_ATTRIBUTES_H_
