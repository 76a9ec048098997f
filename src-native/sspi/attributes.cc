#include "sspi/attributes.h"

#include <cstring>

#include "sspi/message.h"
#include "sspi/provider.h"
#include "sspi/secur32_api.h"

namespace secur32 {
namespace {

template <typename Value>
Value Load(const uint8_t* from) {
  Value value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

template <typename Value>
void Store(uint8_t* to, Value value) {
  std::memcpy(to, &value, sizeof(value));
}

uint32_t LoadUnsigned(const uint8_t* from, uint32_t width) {
  switch (width) {
    case 1:
      return *from;
    case 2:
      return Load<uint16_t>(from);
    default:
      return Load<uint32_t>(from);
  }
}

bool IsGivenToCaller(FieldKind kind) {
  switch (kind) {
    case FieldKind::kText:
    case FieldKind::kBytes:
    case FieldKind::kSecret:
    case FieldKind::kWords16:
    case FieldKind::kWords32:
    case FieldKind::kPackage:
    case FieldKind::kBlobs:
    case FieldKind::kClaims:
    case FieldKind::kOpaque:
      return true;
    default:
      return false;
  }
}

}  // namespace

void AttributeQuery::PutVersion() {
  if (layout_.version != 0) Store<uint32_t>(record_, layout_.version);
}

SECURITY_STATUS AttributeQuery::Run(Context* context) {
  PutVersion();
  is_lent_ = (context->traits() & kOwnsKeyNames) != 0 && layout_.attribute == SECPKG_ATTR_KEY_INFO;
  const SECURITY_STATUS status =
      Settle(Api().QueryContextAttributesW(context->handle(), layout_.attribute, record_));
  if (status >= 0 && layout_.attribute == SECPKG_ATTR_SIZES) {
    auto sizes = Load<SecPkgContext_Sizes>(record_);
    CorrectSizes(context, &sizes);
    Store(record_, sizes);
  }
  return status;
}

SECURITY_STATUS AttributeQuery::Run(Credential* credential) {
  PutVersion();
  return Settle(
      Api().QueryCredentialsAttributesW(credential->handle(), layout_.attribute, record_));
}

SECURITY_STATUS AttributeQuery::Settle(SECURITY_STATUS status) {
  // Wine's Schannel returns an error of Windows as it is, which looks like success.
  constexpr SECURITY_STATUS kLargestSystemError = 0xFFFF;
  if (status > 0 && status <= kLargestSystemError)
    status |= static_cast<SECURITY_STATUS>(0x80070000);
  if (status >= 0) {
    TakeOwnership();
    succeeded_ = true;
  } else {
    // A failing package may have left half a record; nothing in it is ours.
    SecureZeroMemory(record_, sizeof(record_));
  }
  return status;
}

void AttributeQuery::TakeOwnership() {
  if (is_lent_) return;
  for (uint32_t i = 0; i < layout_.field_count; ++i) {
    const Field& field = layout_.fields[i];
    void* const memory = const_cast<void*>(PointerAt(field));
    if (field.kind == FieldKind::kCertificate) certificates_[i] = CertificateOwner(memory);
    if (!IsGivenToCaller(field.kind) || field.lent) continue;
    bool owned = false;
    for (uint32_t before = 0; before < i; ++before) owned |= owned_[before].get() == memory;
    if (!owned) owned_[i] = ContextBuffer(memory);
  }
}

AttributeQuery::~AttributeQuery() {
  for (uint32_t i = 0; succeeded_ && i < layout_.field_count; ++i) {
    const Field& field = layout_.fields[i];
    if (field.kind != FieldKind::kSecret || Memory(field) == nullptr) continue;
    SecureZeroMemory(const_cast<void*>(Memory(field)), Count(field));
  }
  SecureZeroMemory(record_, sizeof(record_));
}

uint32_t AttributeQuery::Number(const Field& field) const {
  switch (field.kind) {
    case FieldKind::kU8:
      return *At(field);
    case FieldKind::kU16:
      return Load<uint16_t>(At(field));
    default:
      return Load<uint32_t>(At(field));
  }
}

uint64_t AttributeQuery::Pointer(const Field& field) const { return Load<uint64_t>(At(field)); }

int64_t AttributeQuery::Time(const Field& field) const { return Load<int64_t>(At(field)); }

const void* AttributeQuery::PointerAt(const Field& field) const {
  return IsGivenToCaller(field.kind) || field.kind == FieldKind::kCertificate ||
                 field.kind == FieldKind::kToken
             ? Load<const void*>(At(field))
             : nullptr;
}

const void* AttributeQuery::Memory(const Field& field) const {
  const bool in_record =
      field.kind == FieldKind::kInlineText || field.kind == FieldKind::kInlineBytes;
  return in_record ? At(field) : PointerAt(field);
}

uint32_t AttributeQuery::Count(const Field& field) const {
  const uint32_t count = field.count_width == 0
                             ? field.capacity
                             : LoadUnsigned(record_ + field.count_offset, field.count_width);
  // A count beyond the record's own array is a lie.
  if (field.capacity != 0 && count > field.capacity) return 0;
  return count;
}

AttributeSetting::~AttributeSetting() { SecureZeroMemory(record_, sizeof(record_)); }

void AttributeSetting::PutNumber(const Field& field, uint32_t number) {
  Store(record_ + field.offset, number);
}

void AttributeSetting::PutPointer(const Field& field, uint64_t value) {
  Store(record_ + field.offset, value);
}

bool AttributeSetting::PutBytes(uint32_t index, const uint8_t* bytes, size_t size,
                                bool* no_memory) {
  const Field& field = layout_.fields[index];
  *no_memory = false;
  if (size > (field.count_width == 2 ? UINT16_MAX : UINT32_MAX)) return false;
  // With a zero behind what may be text, whose end a package may look for.
  if (!bytes_[index].Allocate(field.kind == FieldKind::kRecord ? size : size + 1)) {
    *no_memory = true;
    return false;
  }
  if (size > 0) std::memcpy(bytes_[index].data(), bytes, size);
  if (field.kind == FieldKind::kRecord) return true;
  Store<void*>(record_ + field.offset, bytes_[index].data());
  if (field.count_width == 2) {
    Store(record_ + field.count_offset, static_cast<uint16_t>(size));
  } else {
    Store(record_ + field.count_offset, static_cast<uint32_t>(size));
  }
  return true;
}

void* AttributeSetting::Memory() {
  return layout_.size == 0 ? static_cast<void*>(bytes_[0].data()) : record_;
}

ULONG AttributeSetting::Size() const {
  return layout_.size == 0 ? static_cast<ULONG>(bytes_[0].size()) : layout_.size;
}

SECURITY_STATUS AttributeSetting::Run(Context* context) {
  if ((context->traits() & kCannotSetAttributes) != 0) return SEC_E_UNSUPPORTED_FUNCTION;
  return Api().SetContextAttributesW(context->handle(), layout_.attribute, Memory(), Size());
}

SECURITY_STATUS AttributeSetting::Run(Credential* credential) {
  if (Api().SetCredentialsAttributesW == nullptr) return SEC_E_UNSUPPORTED_FUNCTION;
  return Api().SetCredentialsAttributesW(credential->handle(), layout_.attribute, Memory(), Size());
}

}  // namespace secur32
