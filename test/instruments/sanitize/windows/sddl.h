#ifndef SECUR32_TEST_SANITIZE_WINDOWS_SDDL_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_SDDL_H_

#include <windows.h>

BOOL ConvertSidToStringSidW(PSID sid, wchar_t** text);
BOOL ConvertStringSidToSidW(LPCWSTR text, PSID* sid);

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_SDDL_H_
