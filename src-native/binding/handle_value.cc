#include "binding/handle_value.h"

#include <cstdint>
#include <new>
#include <utility>

#include "executor/release.h"

namespace secur32 {
namespace {

// Its address differs in every loaded copy of the addon.
const char kThisCopy = 0;

template <typename Handle>
struct Kind;
template <>
struct Kind<Credential> {
  static constexpr uint64_t kTag = 0x7365637572333243;  // "secur32C"
};
template <>
struct Kind<Context> {
  static constexpr uint64_t kTag = 0x7365637572333258;  // "secur32X"
};

template <>
struct Kind<Token> {
  static constexpr uint64_t kTag = 0x7365637572333254;  // "secur32T"
};

// Of static storage: some releases of Node keep the address of an external's
// tag instead of its value.
template <typename Handle>
const napi_type_tag* TagOf() {
  static const napi_type_tag tag{Kind<Handle>::kTag, reinterpret_cast<uintptr_t>(&kThisCopy)};
  return &tag;
}

// What an external points to. Only the JavaScript thread touches it.
template <typename Handle>
struct Box {
  std::shared_ptr<Handle> handle;  // empty once closed
};

void Close(Box<Credential>* box) {
  if (box->handle != nullptr) ReleaseLater(std::move(box->handle));
  box->handle.reset();
}

void Close(Box<Context>* box) {
  if (box->handle == nullptr) return;
  box->handle->MarkClosed();
  ReleaseLater(std::move(box->handle));
  box->handle.reset();
}

void Close(Box<Token>* box) { box->handle.reset(); }

template <typename Handle>
void Finalize(napi_env, void* data, void*) {
  auto* const box = static_cast<Box<Handle>*>(data);
  Close(box);
  delete box;
}

void Release(std::shared_ptr<Token>) {}
template <typename Handle>
void Release(std::shared_ptr<Handle> handle) {
  ReleaseLater(std::move(handle));
}

template <typename Handle>
napi_value NewValue(napi_env env, std::shared_ptr<Handle> handle) {
  auto* const box = new (std::nothrow) Box<Handle>;
  if (box == nullptr) {
    Release(std::move(handle));
    return nullptr;
  }
  box->handle = std::move(handle);
  napi_value value = nullptr;
  if (napi_create_external(env, box, Finalize<Handle>, nullptr, &value) != napi_ok) {
    Finalize<Handle>(env, box, nullptr);
    return nullptr;
  }
  // Untagged it is useless to everybody; the garbage collector frees it.
  if (napi_type_tag_object(env, value, TagOf<Handle>()) != napi_ok) return nullptr;
  return value;
}

template <typename Handle>
Box<Handle>* Unbox(napi_env env, napi_value value) {
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external) return nullptr;
  bool ours = false;
  if (napi_check_object_type_tag(env, value, TagOf<Handle>(), &ours) != napi_ok || !ours) {
    return nullptr;
  }
  void* data = nullptr;
  if (napi_get_value_external(env, value, &data) != napi_ok) return nullptr;
  return static_cast<Box<Handle>*>(data);
}

template <typename Handle>
bool Read(napi_env env, napi_value value, std::shared_ptr<Handle>* handle, Refusal* refusal) {
  const Box<Handle>* const box = Unbox<Handle>(env, value);
  if (box == nullptr) {
    *refusal = Refusal::kNotAHandle;
    return false;
  }
  if (box->handle == nullptr) {
    *refusal = Refusal::kClosed;
    return false;
  }
  *handle = box->handle;
  return true;
}

template <typename Handle>
bool CloseValue(napi_env env, napi_value value) {
  Box<Handle>* const box = Unbox<Handle>(env, value);
  if (box == nullptr) return false;
  Close(box);
  return true;
}

}  // namespace

napi_value NewHandleValue(napi_env env, std::shared_ptr<Credential> credential) {
  return NewValue(env, std::move(credential));
}

napi_value NewHandleValue(napi_env env, std::shared_ptr<Context> context) {
  return NewValue(env, std::move(context));
}

bool ReadHandle(napi_env env, napi_value value, std::shared_ptr<Credential>* credential,
                Refusal* refusal) {
  return Read(env, value, credential, refusal);
}

bool ReadHandle(napi_env env, napi_value value, std::shared_ptr<Context>* context,
                Refusal* refusal) {
  return Read(env, value, context, refusal);
}

bool CloseCredentialValue(napi_env env, napi_value value) {
  return CloseValue<Credential>(env, value);
}

bool CloseContextValue(napi_env env, napi_value value) { return CloseValue<Context>(env, value); }

napi_value NewTokenValue(napi_env env, Token token) {
  return NewValue(env, std::make_shared<Token>(std::move(token)));
}

bool ReadHandle(napi_env env, napi_value value, std::shared_ptr<Token>* token, Refusal* refusal) {
  return Read(env, value, token, refusal);
}

bool CloseTokenValue(napi_env env, napi_value value) { return CloseValue<Token>(env, value); }

}  // namespace secur32
