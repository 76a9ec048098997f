// The accounts that this Windows knows.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_ACCOUNTS_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_ACCOUNTS_H_

#include <windows.h>

namespace secur32::sanitize {

// The one that this process runs as.
inline constexpr char kProcessUser[] = "S-1-5-21-1-2-3-1000";

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_ACCOUNTS_H_
