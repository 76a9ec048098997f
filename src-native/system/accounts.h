// Names of accounts by their SIDs, and the other way round. Both may ask a
// domain controller.
#ifndef SECUR32_SYSTEM_ACCOUNTS_H_
#define SECUR32_SYSTEM_ACCOUNTS_H_

#include <cstdint>

#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

struct Account {
  ZeroedText sid;
  ZeroedText domain;
  ZeroedText name;
  uint32_t use = 0;  // SID_NAME_USE
  DWORD error = ERROR_SUCCESS;
};

// Fills domain, name and use in.
void LookUpSid(Account* account);
// Fills sid, domain and use in; the name is as it was given.
void LookUpName(Account* account);

}  // namespace secur32

#endif  // SECUR32_SYSTEM_ACCOUNTS_H_
