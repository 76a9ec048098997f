#include "bridge/client_tokens.h"
#include "bridge/connection.h"
#include "bridge/functions.h"
#include "bridge/remote_contexts.h"
#include "scripted/ledger.h"
#include "scripted/names.h"

namespace secur32::bridge {
namespace {

using scripted::Call;
using scripted::InsideCall;

// The client whom this thread acts as; 0 where it is the process.
uint32_t ClientOfThread() {
  HANDLE token = nullptr;
  if (OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) == FALSE) return 0;
  const uint32_t client = ClientOfToken(token);
  CloseHandle(token);
  return client;
}

void AddText(const unsigned short* text, ULONG length, Request* request) {
  request->Text(reinterpret_cast<const wchar_t*>(text), length);
}

// Three times none for the current user.
void AddIdentity(const void* auth_data, Request* request) {
  const auto* const plain = static_cast<const SEC_WINNT_AUTH_IDENTITY_W*>(auth_data);
  const auto* const extended = static_cast<const SEC_WINNT_AUTH_IDENTITY_EXW*>(auth_data);
  if (auth_data == nullptr) {
    for (int i = 0; i < 3; ++i) AddText(nullptr, 0, request);
  } else if (extended->Version == SEC_WINNT_AUTH_IDENTITY_VERSION) {
    AddText(extended->User, extended->UserLength, request);
    AddText(extended->Domain, extended->DomainLength, request);
    AddText(extended->Password, extended->PasswordLength, request);
  } else {
    AddText(plain->User, plain->UserLength, request);
    AddText(plain->Domain, plain->DomainLength, request);
    AddText(plain->Password, plain->PasswordLength, request);
  }
}

}  // namespace

SECURITY_STATUS SEC_ENTRY AcquireCredentials(SEC_WCHAR*, SEC_WCHAR* package, ULONG, void*,
                                             void* auth_data, SEC_GET_KEY_FN, void*,
                                             CredHandle* handle, TimeStamp* expiry) {
  InsideCall inside(Call::kAcquire);
  inside.Enter();
  Request request(Operation::kAcquire);
  request.Text(package).Number(ClientOfThread());
  AddIdentity(auth_data, &request);
  Answer answer = bridge::Call(request);
  if (answer.status() < 0) return answer.status();
  const uint32_t index = scripted::PackageOf(package);
  scripted::OpenCredential(answer.Number(), index, handle);
  handle->dwUpper = scripted::UpperHalf(index);
  if (expiry != nullptr) expiry->QuadPart = INT64_MAX;
  return answer.status();
}

SECURITY_STATUS SEC_ENTRY FreeCredentials(CredHandle* handle) {
  InsideCall inside(Call::kFreeCredentials);
  if (!inside.EnterCredential(handle)) return SEC_E_INVALID_HANDLE;
  scripted::BeginToClose(inside.credential());
  Request request(Operation::kFree);
  request.Number(RemoteOf(inside.credential()));
  const SECURITY_STATUS status = bridge::Call(request).status();
  scripted::CloseCredential(inside.credential());
  return status;
}

}  // namespace secur32::bridge
