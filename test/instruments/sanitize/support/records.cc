#include "support/records.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sspi/certificate.h"
#include "sspi/text.h"
#include "support/certificates.h"
#include "support/sums.h"

namespace secur32::sanitize {
namespace {

using scripted::Answer;
using scripted::BufferAnswer;
using scripted::Memory;
using Bytes = std::vector<uint8_t>;

// Room for whatever any kind of pointer points to, all of it zero.
constexpr uint32_t kSharedBytes = 256;
constexpr uint8_t kGarbage = 0xdd;
constexpr wchar_t kText[] = L"SSPI\\alice";

struct Blob {
  uint32_t size;
  const uint8_t* bytes;
};
constexpr uint32_t kBlobPointer = offsetof(Blob, bytes);
constexpr uint8_t kBlobBytes[] = {'b', 'l', 'o', 'b'};

using FindLayout = const AttributeLayout* (*)(uint32_t attribute);

std::vector<const AttributeLayout*> AllLayouts(FindLayout find) {
  std::vector<const AttributeLayout*> layouts;
  for (const uint32_t base : {0u, 0x80000000u}) {
    for (uint32_t number = 0; number < 0x100; ++number) {
      const AttributeLayout* const layout = find(base | number);
      if (layout != nullptr) layouts.push_back(layout);
    }
  }
  return layouts;
}

template <typename Value>
Bytes BytesOf(const Value& value) {
  Bytes bytes(sizeof(value));
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

void Put(const Bytes& bytes, size_t offset, Bytes* record) {
  std::copy(bytes.begin(), bytes.end(), record->begin() + static_cast<ptrdiff_t>(offset));
}

void PutCount(const Field& field, uint32_t count, Bytes* record) {
  for (uint32_t i = 0; i < field.count_width; ++i) {
    (*record)[field.count_offset + i] = static_cast<uint8_t>(count >> (8 * i));
  }
}

uint32_t MostOf(const Field& field) {
  const bool narrow = field.count_width == 1 || field.count_width == 2;
  return narrow ? (1u << (8 * field.count_width)) - 1 : UINT32_MAX;
}

BufferAnswer Block(const Field& field, Bytes bytes) {
  BufferAnswer block;
  block.type = field.offset;
  block.bytes = std::move(bytes);
  if (field.lent) block.memory = Memory::kForeign;
  return block;
}

// A pointer in the memory of a block, to a later part of it.
BufferAnswer PointerInside(uint32_t block, uint32_t at, uint32_t to, Bytes bytes) {
  BufferAnswer pointer;
  pointer.memory = Memory::kInside;
  pointer.into = block;
  pointer.type = at;
  pointer.block = block;
  pointer.offset = to;
  pointer.bytes = std::move(bytes);
  return pointer;
}

class Filler {
 public:
  Filler(const AttributeLayout& layout, RecordShape shape, uint32_t count, const Bytes& secret)
      : layout_(layout), shape_(shape), count_(count), secret_(secret) {}

  Answer Fill() {
    if (shape_ == RecordShape::kNothing) return {};
    answer_.outputs.resize(1);
    record().assign(shape_ == RecordShape::kLonger ? kMaxRecordBytes : layout_.size, 0);
    for (uint32_t i = 0; i < layout_.field_count; ++i) FillField(layout_.fields[i]);
    if (shape_ == RecordShape::kLonger) {
      std::fill(record().begin() + layout_.size, record().end(), kGarbage);
    }
    return std::move(answer_);
  }

 private:
  Bytes& record() { return answer_.outputs[0].bytes; }

  void FillField(const Field& field) {
    switch (field.kind) {
      case FieldKind::kU8:
      case FieldKind::kU16:
      case FieldKind::kU32:
      case FieldKind::kFlag:
        record()[field.offset] = 1;
        return;
      case FieldKind::kPointer:
      case FieldKind::kTime:
        Put(BytesOf(INT64_MAX), field.offset, &record());
        return;
      case FieldKind::kInlineText:
        for (uint32_t i = 0; i < field.capacity; ++i) {
          Put(BytesOf(L'x'), field.offset + i * sizeof(wchar_t), &record());
        }
        return;
      case FieldKind::kInlineBytes:
        FillInline(field);
        return;
      case FieldKind::kToken:
        if (shape_ != RecordShape::kNullMembers) FillToken(field);
        return;
      case FieldKind::kCertificate:
        if (shape_ != RecordShape::kNullMembers) FillCertificate(field);
        return;
      case FieldKind::kRecord:
        return;
      default:
        FillPointer(field);
    }
  }

  void FillInline(const Field& field) {
    Bytes bytes(field.capacity, 'i');
    std::copy_n(secret_.begin(), std::min(secret_.size(), bytes.size()), bytes.begin());
    Put(bytes, field.offset, &record());
    const uint32_t most = MostOf(field);
    PutCount(field, shape_ == RecordShape::kTooMuch ? most : field.capacity, &record());
  }

  // A handle that the context keeps.
  void FillToken(const Field& field) {
    BufferAnswer token = Block(field, {});
    token.memory = Memory::kForeign;
    answer_.outputs.push_back(token);
  }

  void FillCertificate(const Field& field) {
    void* const certificate = GiveCertificate({'o', 'n', 'e'}, {{'t', 'w', 'o'}, {}, {'!'}});
    Put(BytesOf(certificate), field.offset, &record());
  }

  // Memory for FreeContextBuffer.
  void FillPointer(const Field& field) {
    const uint32_t count = std::min(CountOf(field), MostOf(field));
    PutCount(field, count, &record());
    if (shape_ == RecordShape::kNullMembers) return;
    if (shape_ == RecordShape::kShared) {
      Share(field);
      return;
    }
    const auto block = static_cast<uint32_t>(answer_.outputs.size());
    answer_.outputs.push_back(Block(field, ContentOf(field.kind, count)));
    if (field.kind == FieldKind::kPackage) {
      const Bytes name = BytesOf(kText);
      const auto rest = static_cast<uint32_t>(sizeof(SecPkgInfoW));
      answer_.outputs.push_back(PointerInside(block, offsetof(SecPkgInfoW, Name), rest, name));
      answer_.outputs.push_back(PointerInside(block, offsetof(SecPkgInfoW, Comment), rest, name));
    }
    if (field.kind != FieldKind::kBlobs) return;
    const auto rest = static_cast<uint32_t>(count * sizeof(Blob));
    for (uint32_t i = 0; i < count; ++i) {
      const auto at = static_cast<uint32_t>(i * sizeof(Blob) + kBlobPointer);
      answer_.outputs.push_back(PointerInside(block, at, rest, BytesOf(kBlobBytes)));
    }
  }

  uint32_t CountOf(const Field& field) const {
    const bool bytes = field.kind == FieldKind::kBytes || field.kind == FieldKind::kSecret;
    if (shape_ == RecordShape::kShared) return std::min(count_, 8u);
    return bytes ? std::max(count_, static_cast<uint32_t>(secret_.size())) : count_;
  }

  void Share(const Field& field) {
    if (shared_ == 0) {
      shared_ = static_cast<uint32_t>(answer_.outputs.size());
      answer_.outputs.push_back(Block(field, Bytes(kSharedBytes, 0)));
      return;
    }
    BufferAnswer same = PointerInside(shared_, field.offset, 0, {});
    same.into = 0;
    answer_.outputs.push_back(same);
  }

  Bytes ContentOf(FieldKind kind, uint32_t count) const {
    switch (kind) {
      case FieldKind::kText:
        return BytesOf(kText);
      case FieldKind::kWords16:
        return Bytes(count * sizeof(uint16_t), 'w');
      case FieldKind::kWords32:
        return Bytes(count * sizeof(uint32_t), 'w');
      case FieldKind::kPackage: {
        Bytes bytes = BytesOf(SecPkgInfoW{});
        bytes.resize(bytes.size() + sizeof(kText));
        return bytes;
      }
      case FieldKind::kBlobs: {
        Bytes bytes;
        const Bytes blob = BytesOf(Blob{sizeof(kBlobBytes), nullptr});
        for (uint32_t i = 0; i < count; ++i) bytes.insert(bytes.end(), blob.begin(), blob.end());
        bytes.resize(bytes.size() + sizeof(kBlobBytes));
        return bytes;
      }
      case FieldKind::kClaims:
      case FieldKind::kOpaque:
        return Bytes(sizeof(uint64_t) * 2, 0);
      default: {
        Bytes bytes(count, 'b');
        std::copy_n(secret_.begin(), std::min(secret_.size(), bytes.size()), bytes.begin());
        return bytes;
      }
    }
  }

  const AttributeLayout& layout_;
  const RecordShape shape_;
  const uint32_t count_;
  const Bytes& secret_;
  Answer answer_;
  uint32_t shared_ = 0;
};

uint32_t SumPackage(const SecPkgInfoW* package) {
  return package == nullptr ? 0 : SumText(package->Name) + SumText(package->Comment);
}

uint32_t SumBlobs(const Blob* blobs, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; blobs != nullptr && i < count; ++i) {
    sum += Sum(blobs[i].bytes, blobs[i].size);
  }
  return sum;
}

uint32_t SumCertificates(const CertificateRecord* certificate) {
  if (certificate == nullptr) return 0;
  uint32_t sum = Sum(certificate->bytes, certificate->size);
  const CertificateRecord* other = nullptr;
  while ((other = NextInStore(*certificate, other)) != nullptr) {
    sum += Sum(other->bytes, other->size);
  }
  return sum;
}

uint32_t SumInlineText(const wchar_t* text, uint32_t capacity) {
  uint32_t length = 0;
  while (length < capacity && text[length] != 0) ++length;
  return Sum(text, length * sizeof(wchar_t));
}

uint32_t ReadField(const AttributeQuery& query, const Field& field) {
  const void* const memory = query.Memory(field);
  switch (field.kind) {
    case FieldKind::kU8:
    case FieldKind::kU16:
    case FieldKind::kU32:
    case FieldKind::kFlag:
      return query.Number(field);
    case FieldKind::kPointer:
      return static_cast<uint32_t>(query.Pointer(field) & UINT32_MAX);
    case FieldKind::kTime:
      return static_cast<uint32_t>(query.Time(field) & UINT32_MAX);
    case FieldKind::kText:
      return SumText(static_cast<const wchar_t*>(memory));
    case FieldKind::kBytes:
    case FieldKind::kSecret:
    case FieldKind::kInlineBytes:
      return Sum(memory, query.Count(field));
    case FieldKind::kInlineText:
      return SumInlineText(static_cast<const wchar_t*>(memory), field.capacity);
    case FieldKind::kWords16:
      return Sum(memory, query.Count(field) * sizeof(uint16_t));
    case FieldKind::kWords32:
      return Sum(memory, query.Count(field) * sizeof(uint32_t));
    case FieldKind::kPackage:
      return SumPackage(static_cast<const SecPkgInfoW*>(memory));
    case FieldKind::kBlobs:
      return SumBlobs(static_cast<const Blob*>(memory), query.Count(field));
    case FieldKind::kCertificate:
      return SumCertificates(static_cast<const CertificateRecord*>(memory));
    case FieldKind::kClaims:
      return Sum(memory, sizeof(uint64_t));
    case FieldKind::kToken:
    case FieldKind::kOpaque:
    case FieldKind::kRecord:
      break;
  }
  return 0;
}

}  // namespace

const std::vector<const AttributeLayout*>& ContextLayouts() {
  static const std::vector<const AttributeLayout*> layouts = AllLayouts(FindContextLayout);
  return layouts;
}

const std::vector<const AttributeLayout*>& CredentialLayouts() {
  static const std::vector<const AttributeLayout*> layouts = AllLayouts(FindCredentialLayout);
  return layouts;
}

Answer AnswerWithRecord(const AttributeLayout& layout, RecordShape shape, uint32_t count,
                        const std::vector<uint8_t>& secret) {
  return Filler(layout, shape, count, secret).Fill();
}

Answer AnswerWithGarbage(const AttributeLayout& layout, SECURITY_STATUS status) {
  Answer answer;
  answer.status = status;
  answer.outputs.resize(1);
  answer.outputs[0].bytes.assign(layout.size, kGarbage);
  return answer;
}

uint32_t CountBlocks(const Answer& answer) {
  uint32_t blocks = 0;
  for (size_t i = 1; i < answer.outputs.size(); ++i) {
    if (answer.outputs[i].memory == Memory::kGiven) ++blocks;
  }
  return blocks;
}

uint32_t CountCertificateFields(const AttributeLayout& layout, RecordShape shape) {
  if (shape == RecordShape::kNullMembers || shape == RecordShape::kNothing) return 0;
  return static_cast<uint32_t>(
      std::count_if(layout.fields, layout.fields + layout.field_count,
                    [](const Field& field) { return field.kind == FieldKind::kCertificate; }));
}

uint32_t ReadRecord(const AttributeQuery& query) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < query.layout().field_count; ++i) {
    sum += ReadField(query, query.layout().fields[i]);
  }
  return sum;
}

}  // namespace secur32::sanitize
