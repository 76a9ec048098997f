// What of <windows.h> is about access tokens and accounts.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_WINNT_TOKENS_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_WINNT_TOKENS_H_

#ifndef SECUR32_TEST_SANITIZE_WINDOWS_WINDOWS_H_
#error "include windows.h"
#endif

using PSID = void*;

struct LUID {
  DWORD LowPart;
  LONG HighPart;
};

struct SID_AND_ATTRIBUTES {
  PSID Sid;
  DWORD Attributes;
};

#define SE_GROUP_MANDATORY 0x00000001
#define SE_GROUP_ENABLED_BY_DEFAULT 0x00000002
#define SE_GROUP_ENABLED 0x00000004
#define SE_GROUP_OWNER 0x00000008
#define SE_GROUP_USE_FOR_DENY_ONLY 0x00000010
#define SE_GROUP_INTEGRITY 0x00000020
#define SE_GROUP_INTEGRITY_ENABLED 0x00000040
#define SE_GROUP_LOGON_ID 0xC0000000

enum TOKEN_TYPE : int { TokenPrimary = 1, TokenImpersonation = 2 };

enum SECURITY_IMPERSONATION_LEVEL : int {
  SecurityAnonymous,
  SecurityIdentification,
  SecurityImpersonation,
  SecurityDelegation,
};

enum TOKEN_ELEVATION_TYPE : int {
  TokenElevationTypeDefault = 1,
  TokenElevationTypeFull,
  TokenElevationTypeLimited,
};

enum TOKEN_INFORMATION_CLASS : int {
  TokenUser = 1,
  TokenGroups = 2,
  TokenImpersonationLevel = 9,
  TokenStatistics = 10,
  TokenElevationType = 18,
  TokenElevation = 20,
  TokenIntegrityLevel = 25,
};

enum SID_NAME_USE : int {
  SidTypeUser = 1,
  SidTypeGroup,
  SidTypeDomain,
  SidTypeAlias,
  SidTypeWellKnownGroup,
};

struct TOKEN_USER {
  SID_AND_ATTRIBUTES User;
};

struct TOKEN_GROUPS {
  DWORD GroupCount;
  SID_AND_ATTRIBUTES Groups[1];
};

struct TOKEN_MANDATORY_LABEL {
  SID_AND_ATTRIBUTES Label;
};

struct TOKEN_ELEVATION {
  DWORD TokenIsElevated;
};

struct TOKEN_STATISTICS {
  LUID TokenId;
  LUID AuthenticationId;
  LARGE_INTEGER ExpirationTime;
  TOKEN_TYPE TokenType;
  SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
  DWORD DynamicCharged;
  DWORD DynamicAvailable;
  DWORD GroupCount;
  DWORD PrivilegeCount;
  LUID ModifiedId;
};

#define TOKEN_QUERY 0x0008
#define MAXIMUM_ALLOWED 0x02000000
#define THREAD_QUERY_INFORMATION 0x0040
#define PROCESS_DUP_HANDLE 0x0040
#define DUPLICATE_SAME_ACCESS 0x00000002

HANDLE GetCurrentProcess();
HANDLE GetCurrentThread();
DWORD GetCurrentProcessId();
// Of this process alone.
HANDLE OpenProcess(DWORD access, BOOL inherit, DWORD process_id);
HANDLE OpenThread(DWORD access, BOOL inherit, DWORD thread_id);
BOOL DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE* target,
                     DWORD access, BOOL inherit, DWORD options);

BOOL OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self, HANDLE* token);
BOOL SetThreadToken(HANDLE* thread, HANDLE token);
BOOL RevertToSelf();
BOOL GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS what, void* record, DWORD size,
                         DWORD* needed);
BOOL IsTokenRestricted(HANDLE token);
BOOL DuplicateTokenEx(HANDLE token, DWORD access, void* attributes,
                      SECURITY_IMPERSONATION_LEVEL level, TOKEN_TYPE type, HANDLE* copy);

BYTE* GetSidSubAuthorityCount(PSID sid);
DWORD* GetSidSubAuthority(PSID sid, DWORD index);
BOOL LookupAccountSidW(LPCWSTR system, PSID sid, wchar_t* name, DWORD* name_size, wchar_t* domain,
                       DWORD* domain_size, SID_NAME_USE* use);
BOOL LookupAccountNameW(LPCWSTR system, LPCWSTR name, PSID sid, DWORD* sid_size, wchar_t* domain,
                        DWORD* domain_size, SID_NAME_USE* use);

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_WINNT_TOKENS_H_
