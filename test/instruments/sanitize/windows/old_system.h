#ifndef SECUR32_TEST_SANITIZE_WINDOWS_OLD_SYSTEM_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_OLD_SYSTEM_H_

namespace secur32::sanitize {

// Before the first use of secur32.dll: it does not have the functions that not
// every Windows has.
void MakeSystemOld();

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_OLD_SYSTEM_H_
