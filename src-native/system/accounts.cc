#include "system/accounts.h"

#include <sddl.h>

#include "sspi/text.h"
#include "system/token.h"

namespace secur32 {
namespace {

// Memory of LocalAlloc.
class LocalSid {
 public:
  explicit LocalSid(const wchar_t* text) {
    if (ConvertStringSidToSidW(text, &sid_) == FALSE) sid_ = nullptr;
  }
  ~LocalSid() {
    if (sid_ != nullptr) LocalFree(sid_);
  }
  LocalSid(const LocalSid&) = delete;
  LocalSid& operator=(const LocalSid&) = delete;

  PSID get() const { return sid_; }

 private:
  PSID sid_ = nullptr;
};

// Whether a first call, without memory, only lacked memory: sizes of 0 tell
// nothing, for there are accounts without a name.
bool OnlyLackedMemory(BOOL succeeded) {
  return succeeded == FALSE && GetLastError() == ERROR_INSUFFICIENT_BUFFER;
}

DWORD LastError() {
  const DWORD error = GetLastError();
  return error == ERROR_SUCCESS ? ERROR_NONE_MAPPED : error;
}

// Room as the first call asked for it, with the terminating zero.
bool AllocateFor(DWORD size, ZeroedText* text) { return text->Allocate(size == 0 ? 0 : size - 1); }

}  // namespace

void LookUpSid(Account* account) {
  const LocalSid sid(account->sid.get());
  if (sid.get() == nullptr) {
    account->error = ERROR_INVALID_SID;
    return;
  }
  DWORD name_size = 0;
  DWORD domain_size = 0;
  SID_NAME_USE use{};
  if (!OnlyLackedMemory(LookupAccountSidW(nullptr, sid.get(), nullptr, &name_size, nullptr,
                                          &domain_size, &use))) {
    account->error = LastError();
    return;
  }
  if (!AllocateFor(name_size, &account->name) || !AllocateFor(domain_size, &account->domain)) {
    account->error = ERROR_NOT_ENOUGH_MEMORY;
    return;
  }
  if (LookupAccountSidW(nullptr, sid.get(), account->name.get(), &name_size, account->domain.get(),
                        &domain_size, &use) == FALSE) {
    account->error = LastError();
    return;
  }
  account->use = static_cast<uint32_t>(use);
}

void LookUpName(Account* account) {
  DWORD sid_size = 0;
  DWORD domain_size = 0;
  SID_NAME_USE use{};
  if (!OnlyLackedMemory(LookupAccountNameW(nullptr, account->name.get(), nullptr, &sid_size,
                                           nullptr, &domain_size, &use))) {
    account->error = LastError();
    return;
  }
  ZeroedBuffer sid;
  if (!sid.Allocate(sid_size) || !AllocateFor(domain_size, &account->domain)) {
    account->error = ERROR_NOT_ENOUGH_MEMORY;
    return;
  }
  if (LookupAccountNameW(nullptr, account->name.get(), sid.data(), &sid_size, account->domain.get(),
                         &domain_size, &use) == FALSE) {
    account->error = LastError();
    return;
  }
  const SidText text(sid.data());
  if (text.get() == nullptr || !account->sid.Assign(text.get(), TextLength(text.get()))) {
    account->error = ERROR_NOT_ENOUGH_MEMORY;
    return;
  }
  account->use = static_cast<uint32_t>(use);
}

}  // namespace secur32
