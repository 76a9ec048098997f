// The records that QueryContextAttributes and its like fill or take, as a
// table: which member stands where, and who frees what it points to.
//
// They are the ABI of 64-bit Windows. system/attribute_layouts.cc holds the
// table against the headers, which not all have all of them.
#ifndef SECUR32_SSPI_ATTRIBUTE_LAYOUTS_H_
#define SECUR32_SSPI_ATTRIBUTE_LAYOUTS_H_

#include <cstdint>

namespace secur32 {

// Mirrored by FieldKind in lib/raw/attribute-records.generated.ts.
enum class FieldKind : uint8_t {
  kU8,
  kU16,
  kU32,
  kFlag,     // a BOOL
  kPointer,  // a number of the size of a pointer
  kTime,
  // Pointers to memory that FreeContextBuffer gets.
  kText,
  kBytes,
  kSecret,  // bytes that are zeroed first
  kWords16,
  kWords32,
  kPackage,  // SecPkgInfo
  kBlobs,    // {size, pointer} pairs; what they point to lies in the same block
  kClaims,   // AUTHZ_SECURITY_ATTRIBUTES_INFORMATION, likewise
  kOpaque,
  // In the record itself.
  kInlineText,
  kInlineBytes,
  // What others than FreeContextBuffer free.
  kToken,        // a handle of the context's own, which nobody closes
  kCertificate,  // a CERT_CONTEXT
  // The whole record is the caller's bytes.
  kRecord,
};

struct Field {
  FieldKind kind;
  uint16_t offset;
  // Of arrays: where their length stands and in how many bytes; 0 for always
  // the capacity.
  uint16_t count_offset;
  uint8_t count_width;
  // Of what is in the record itself: bytes, or characters.
  uint16_t capacity;
  // Of pointers: no document says that the caller frees this memory, so nobody
  // does. A wrong free would end the process; a missing one leaks once a query.
  bool lent;
};

enum class Access : uint8_t { kQuery, kSet, kBoth };

constexpr uint32_t kMaxFields = 16;
// More than any record has: a newer package may write a longer one.
constexpr uint32_t kMaxRecordBytes = 1024;

struct AttributeLayout {
  uint32_t attribute;
  uint16_t size;
  Access access;
  // What the record's first DWORD must be before a query; 0 for nothing.
  uint8_t version;
  uint8_t field_count;
  Field fields[kMaxFields];

  bool CanQuery() const { return access != Access::kSet; }
  bool CanSet() const { return access != Access::kQuery; }
};

// nullptr for an attribute that is not in the table: it is refused, because
// nobody could say how long its record is.
const AttributeLayout* FindContextLayout(uint32_t attribute);
const AttributeLayout* FindCredentialLayout(uint32_t attribute);

}  // namespace secur32

#endif  // SECUR32_SSPI_ATTRIBUTE_LAYOUTS_H_
