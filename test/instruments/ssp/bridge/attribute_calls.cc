#include <cstring>
#include <string>

#include "bridge/connection.h"
#include "bridge/functions.h"
#include "bridge/remote_contexts.h"
#include "scripted/heap.h"
#include "scripted/ledger.h"

namespace secur32::bridge {
namespace {

using scripted::Call;
using scripted::InsideCall;

// What is asked for one attribute after the other.
struct Description {
  bool ntlm;
  ULONG attributes;
  TimeStamp expiry;
  std::u16string client;
  std::u16string native_client;
  std::u16string native_server;
  std::u16string target;
};

Description Read(Answer* answer) {
  Description description;
  description.ntlm = answer->Number() != 0;
  description.attributes = answer->Number();
  description.expiry.QuadPart = static_cast<LONGLONG>(answer->LongNumber());
  description.client = answer->Text();
  description.native_client = answer->Text();
  description.native_server = answer->Text();
  description.target = answer->Text();
  return description;
}

SEC_WCHAR* Give(const std::u16string& text) {
  const size_t size = (text.size() + 1) * sizeof(char16_t);
  void* const memory = scripted::AllocateForCaller(size);
  std::memcpy(memory, text.c_str(), size);
  return static_cast<SEC_WCHAR*>(memory);
}

// In one block, as on Windows.
SecPkgInfoW* GivePackage(bool ntlm) {
  const std::u16string name = ntlm ? u"NTLM" : u"Kerberos";
  const size_t size = sizeof(SecPkgInfoW) + 2 * (name.size() + 1) * sizeof(char16_t);
  auto* const package = static_cast<SecPkgInfoW*>(scripted::AllocateForCaller(size));
  auto* const text = reinterpret_cast<char16_t*>(package + 1);
  const size_t length = name.size() + 1;
  std::memcpy(text, name.c_str(), length * sizeof(char16_t));
  std::memcpy(text + length, name.c_str(), length * sizeof(char16_t));
  *package = {SECPKG_FLAG_INTEGRITY | SECPKG_FLAG_PRIVACY,
              1,
              0xffff,
              ntlm ? 2888u : 48000u,
              reinterpret_cast<SEC_WCHAR*>(text),
              reinterpret_cast<SEC_WCHAR*>(text + length)};
  return package;
}

// Of RFC 4121 with AES, and of NTLM with extended session security.
SecPkgContext_Sizes SizesOf(bool ntlm) {
  return ntlm ? SecPkgContext_Sizes{2888, 16, 1, 16} : SecPkgContext_Sizes{48000, 28, 1, 60};
}

SECURITY_STATUS GiveSessionKey(uint32_t remote, SecPkgContext_SessionKey* record) {
  Request request(Operation::kSessionKey);
  request.Number(remote);
  Answer answer = bridge::Call(request);
  if (answer.status() < 0) return answer.status();
  const std::vector<uint8_t> key = answer.Bytes();
  record->SessionKeyLength = static_cast<ULONG>(key.size());
  record->SessionKey = static_cast<unsigned char*>(scripted::AllocateForCaller(key.size()));
  if (!key.empty()) std::memcpy(record->SessionKey, key.data(), key.size());
  return SEC_E_OK;
}

SECURITY_STATUS GiveDescribed(ULONG attribute, const Description& known, void* record) {
  switch (attribute) {
    case SECPKG_ATTR_SIZES:
      *static_cast<SecPkgContext_Sizes*>(record) = SizesOf(known.ntlm);
      return SEC_E_OK;
    case SECPKG_ATTR_NAMES:
      static_cast<SecPkgContext_NamesW*>(record)->sUserName = Give(known.client);
      return SEC_E_OK;
    case SECPKG_ATTR_NATIVE_NAMES:
      *static_cast<SecPkgContext_NativeNamesW*>(record) = {Give(known.native_client),
                                                           Give(known.native_server)};
      return SEC_E_OK;
    case SECPKG_ATTR_LIFESPAN:
      *static_cast<SecPkgContext_Lifespan*>(record) = {TimeStamp{}, known.expiry};
      return SEC_E_OK;
    case SECPKG_ATTR_FLAGS:
      static_cast<SecPkgContext_Flags*>(record)->Flags = known.attributes;
      return SEC_E_OK;
    case SECPKG_ATTR_PACKAGE_INFO:
      static_cast<SecPkgContext_PackageInfoW*>(record)->PackageInfo = GivePackage(known.ntlm);
      return SEC_E_OK;
    case SECPKG_ATTR_NEGOTIATION_INFO:
      *static_cast<SecPkgContext_NegotiationInfoW*>(record) = {GivePackage(known.ntlm), 0};
      return SEC_E_OK;
    case SECPKG_ATTR_CLIENT_SPECIFIED_TARGET:
      if (known.target.empty()) return SEC_E_UNSUPPORTED_FUNCTION;
      static_cast<SecPkgContext_ClientSpecifiedTarget*>(record)->sTargetName = Give(known.target);
      return SEC_E_OK;
    default:
      return SEC_E_UNSUPPORTED_FUNCTION;
  }
}

}  // namespace

SECURITY_STATUS SEC_ENTRY QueryAttributes(CtxtHandle* context, ULONG attribute, void* record) {
  InsideCall inside(Call::kQueryAttributes);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const uint32_t remote = RemoteOf(inside.context());
  if (attribute == SECPKG_ATTR_SESSION_KEY) {
    return GiveSessionKey(remote, static_cast<SecPkgContext_SessionKey*>(record));
  }
  Request request(Operation::kDescribe);
  request.Number(remote);
  Answer answer = bridge::Call(request);
  if (answer.status() < 0) return answer.status();
  return GiveDescribed(attribute, Read(&answer), record);
}

}  // namespace secur32::bridge
