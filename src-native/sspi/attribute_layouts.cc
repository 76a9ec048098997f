#include "sspi/attribute_layouts.h"

#include <cstddef>

namespace secur32 {
namespace {

#include "sspi/attribute_layouts.inc"

template <size_t kCount>
const AttributeLayout* Find(const AttributeLayout (&layouts)[kCount], uint32_t attribute) {
  for (const AttributeLayout& layout : layouts) {
    if (layout.attribute == attribute) return &layout;
  }
  return nullptr;
}

}  // namespace

const AttributeLayout* FindContextLayout(uint32_t attribute) {
  return Find(kContextLayouts, attribute);
}

const AttributeLayout* FindCredentialLayout(uint32_t attribute) {
  return Find(kCredentialLayouts, attribute);
}

}  // namespace secur32
