#include "binding/attribute_values.h"

#include <memory>
#include <new>
#include <utility>

#include "binding/arguments.h"
#include "binding/claims.h"
#include "binding/handle_value.h"
#include "binding/package_record.h"
#include "system/token.h"

namespace secur32 {
namespace {

// An element of kBlobs.
struct Blob {
  uint32_t size;
  const uint8_t* bytes;
};

template <typename Word>
napi_value WordsValue(napi_env env, const AttributeQuery& query, const Field& field) {
  const auto* const words = static_cast<const Word*>(query.Memory(field));
  const uint32_t count = words == nullptr ? 0 : query.Count(field);
  Tuple values(env, count);
  for (uint32_t i = 0; i < count; ++i) values.AddNumber(words[i]);
  return values.value();
}

napi_value BlobsValue(napi_env env, const AttributeQuery& query, const Field& field) {
  const auto* const blobs = static_cast<const Blob*>(query.Memory(field));
  const uint32_t count = blobs == nullptr ? 0 : query.Count(field);
  Tuple values(env, count);
  for (uint32_t i = 0; i < count; ++i) values.AddBytes(blobs[i].bytes, blobs[i].size);
  return values.value();
}

// The certificate, then the others that came with it; undefined for none.
napi_value CertificateValue(napi_env env, const void* memory) {
  const auto* const certificate = static_cast<const CertificateRecord*>(memory);
  if (certificate == nullptr) return UndefinedValue(env);
  Tuple values(env, 1);
  values.AddBytes(certificate->bytes, certificate->size);
  const CertificateRecord* other = nullptr;
  while ((other = NextInStore(*certificate, other)) != nullptr) {
    values.AddBytes(other->bytes, other->size);
  }
  return values.value();
}

// A handle of our own to a token of the context's; undefined for none.
napi_value TokenValue(napi_env env, const void* handle) {
  Token copy;
  if (handle == nullptr || DuplicateHere(const_cast<HANDLE>(handle), &copy) != ERROR_SUCCESS) {
    return UndefinedValue(env);
  }
  return NewTokenValue(env, std::move(copy));
}

// In the record; it may fill its place without a zero behind it.
void AddInlineText(const AttributeQuery& query, const Field& field, Tuple* tuple) {
  const auto* const text = static_cast<const wchar_t*>(query.Memory(field));
  size_t length = 0;
  while (length < field.capacity && text[length] != 0) ++length;
  tuple->AddText(text, length);
}

}  // namespace

void AddFields(napi_env env, const AttributeQuery& query, Tuple* tuple) {
  for (uint32_t i = 0; i < query.layout().field_count; ++i) {
    const Field& field = query.layout().fields[i];
    switch (field.kind) {
      case FieldKind::kU8:
      case FieldKind::kU16:
      case FieldKind::kU32:
      case FieldKind::kFlag:
        tuple->AddNumber(query.Number(field));
        break;
      case FieldKind::kPointer:
        tuple->AddBigInt(static_cast<int64_t>(query.Pointer(field)));
        break;
      case FieldKind::kTime:
        tuple->AddBigInt(query.Time(field));
        break;
      case FieldKind::kText:
        tuple->AddText(static_cast<const wchar_t*>(query.Memory(field)));
        break;
      case FieldKind::kBytes:
      case FieldKind::kSecret:
      case FieldKind::kInlineBytes:
        tuple->AddBytes(query.Memory(field), query.Count(field));
        break;
      case FieldKind::kInlineText:
        AddInlineText(query, field, tuple);
        break;
      case FieldKind::kWords16:
        tuple->Add(WordsValue<uint16_t>(env, query, field));
        break;
      case FieldKind::kWords32:
        tuple->Add(WordsValue<uint32_t>(env, query, field));
        break;
      case FieldKind::kBlobs:
        tuple->Add(BlobsValue(env, query, field));
        break;
      case FieldKind::kClaims:
        tuple->Add(ClaimsValue(env, query.Memory(field)));
        break;
      case FieldKind::kPackage:
        AddPackage(static_cast<const SecPkgInfoW*>(query.Memory(field)), tuple);
        break;
      case FieldKind::kCertificate:
        tuple->Add(CertificateValue(env, query.Memory(field)));
        break;
      case FieldKind::kToken:
        tuple->Add(TokenValue(env, query.Memory(field)));
        break;
      case FieldKind::kOpaque:
      case FieldKind::kRecord:
        break;
    }
  }
}

bool ReadFields(napi_env env, napi_value array, AttributeSetting* setting, Refusal* refusal) {
  *refusal = Refusal::kBadArgument;
  if (!IsArray(env, array)) return false;
  for (uint32_t i = 0; i < setting->layout().field_count; ++i) {
    const Field& field = setting->layout().fields[i];
    napi_value element = nullptr;
    uint32_t number = 0;
    uint64_t pointer = 0;
    bool lossless = false;
    bool no_memory = false;
    ByteView bytes;
    if (napi_get_element(env, array, i, &element) != napi_ok) return false;
    switch (field.kind) {
      case FieldKind::kU32:
        if (!ReadUint32(env, element, &number)) return false;
        setting->PutNumber(field, number);
        break;
      case FieldKind::kPointer:
        if (napi_get_value_bigint_uint64(env, element, &pointer, &lossless) != napi_ok ||
            !lossless) {
          return false;
        }
        setting->PutPointer(field, pointer);
        break;
      case FieldKind::kBytes:
        if (IsUndefined(env, element)) break;
        [[fallthrough]];
      case FieldKind::kRecord:
        if (!ReadBytes(env, element, &bytes)) return false;
        if (!setting->PutBytes(i, bytes.data, bytes.size, &no_memory)) {
          if (no_memory) *refusal = Refusal::kNoMemory;
          return false;
        }
        break;
      default:
        return false;
    }
  }
  return true;
}

}  // namespace secur32
