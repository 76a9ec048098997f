// What both headers must agree on. Compiled twice: with the ones beside this
// file, and by the cross-compiler with those of MinGW-w64 (-DSECURITY_WIN32).
// Where both compile, the one is as good as the other for our code.
#include <windows.h>

// After windows.h.
#include <sspi.h>

#include <cstddef>
#include <type_traits>

template <typename Member>
constexpr bool kIs32Bits = sizeof(Member) == 4 && std::is_integral_v<Member>;

#define SIZE(type, size) static_assert(sizeof(type) == (size), #type)
#define AT(type, member, offset) \
  static_assert(offsetof(type, member) == (offset), #type "::" #member)
#define VALUE(name, value) \
  static_assert(static_cast<uint32_t>(name) == static_cast<uint32_t>(value), #name)

static_assert(sizeof(wchar_t) == 2);
static_assert(kIs32Bits<DWORD> && std::is_unsigned_v<DWORD>);
static_assert(kIs32Bits<ULONG> && std::is_unsigned_v<ULONG>);
static_assert(kIs32Bits<LONG> && std::is_signed_v<LONG>);
static_assert(kIs32Bits<SECURITY_STATUS> && std::is_signed_v<SECURITY_STATUS>);
static_assert(kIs32Bits<BOOL> && kIs32Bits<UINT>);
static_assert(std::is_unsigned_v<ULONG_PTR>);
SIZE(USHORT, 2);
SIZE(ULONG_PTR, sizeof(void*));
SIZE(HANDLE, sizeof(void*));
SIZE(SIZE_T, sizeof(void*));

SIZE(LARGE_INTEGER, 8);
AT(LARGE_INTEGER, QuadPart, 0);
AT(LARGE_INTEGER, u.HighPart, 4);
SIZE(TimeStamp, 8);

SIZE(SecHandle, 16);
AT(SecHandle, dwLower, 0);
AT(SecHandle, dwUpper, 8);
SIZE(CredHandle, 16);
SIZE(CtxtHandle, 16);

SIZE(SecBuffer, 16);
AT(SecBuffer, cbBuffer, 0);
AT(SecBuffer, BufferType, 4);
AT(SecBuffer, pvBuffer, 8);
static_assert(kIs32Bits<decltype(SecBuffer::cbBuffer)>);

SIZE(SecBufferDesc, 16);
AT(SecBufferDesc, ulVersion, 0);
AT(SecBufferDesc, cBuffers, 4);
AT(SecBufferDesc, pBuffers, 8);

SIZE(SecPkgInfoW, 32);
AT(SecPkgInfoW, fCapabilities, 0);
AT(SecPkgInfoW, wVersion, 4);
AT(SecPkgInfoW, wRPCID, 6);
AT(SecPkgInfoW, cbMaxToken, 8);
AT(SecPkgInfoW, Name, 16);
AT(SecPkgInfoW, Comment, 24);

SIZE(SEC_WINNT_AUTH_IDENTITY_W, 48);
AT(SEC_WINNT_AUTH_IDENTITY_W, User, 0);
AT(SEC_WINNT_AUTH_IDENTITY_W, UserLength, 8);
AT(SEC_WINNT_AUTH_IDENTITY_W, Domain, 16);
AT(SEC_WINNT_AUTH_IDENTITY_W, DomainLength, 24);
AT(SEC_WINNT_AUTH_IDENTITY_W, Password, 32);
AT(SEC_WINNT_AUTH_IDENTITY_W, PasswordLength, 40);
AT(SEC_WINNT_AUTH_IDENTITY_W, Flags, 44);

SIZE(SEC_WINNT_AUTH_IDENTITY_EXW, 72);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, Version, 0);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, Length, 4);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, User, 8);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, UserLength, 16);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, Domain, 24);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, DomainLength, 32);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, Password, 40);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, PasswordLength, 48);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, Flags, 52);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, PackageList, 56);
AT(SEC_WINNT_AUTH_IDENTITY_EXW, PackageListLength, 64);

SIZE(SecPkgContext_Sizes, 16);
AT(SecPkgContext_Sizes, cbMaxToken, 0);
AT(SecPkgContext_Sizes, cbMaxSignature, 4);
AT(SecPkgContext_Sizes, cbBlockSize, 8);
AT(SecPkgContext_Sizes, cbSecurityTrailer, 12);
SIZE(SecPkgContext_StreamSizes, 20);
AT(SecPkgContext_StreamSizes, cbHeader, 0);
AT(SecPkgContext_StreamSizes, cBuffers, 12);
SIZE(SecPkgContext_NamesW, 8);
SIZE(SecPkgContext_Lifespan, 16);
AT(SecPkgContext_Lifespan, tsStart, 0);
AT(SecPkgContext_Lifespan, tsExpiry, 8);
SIZE(SecPkgContext_SessionKey, 16);
AT(SecPkgContext_SessionKey, SessionKeyLength, 0);
AT(SecPkgContext_SessionKey, SessionKey, 8);
SIZE(SecPkgContext_PackageInfoW, 8);
SIZE(SecPkgContext_NegotiationInfoW, 16);
AT(SecPkgContext_NegotiationInfoW, PackageInfo, 0);
AT(SecPkgContext_NegotiationInfoW, NegotiationState, 8);
SIZE(SecPkgContext_Flags, 4);

AT(SecurityFunctionTableW, dwVersion, 0);
AT(SecurityFunctionTableW, EnumerateSecurityPackagesW, 8);
AT(SecurityFunctionTableW, QueryCredentialsAttributesW, 16);
AT(SecurityFunctionTableW, AcquireCredentialsHandleW, 24);
AT(SecurityFunctionTableW, FreeCredentialsHandle, 32);
AT(SecurityFunctionTableW, InitializeSecurityContextW, 48);
AT(SecurityFunctionTableW, AcceptSecurityContext, 56);
AT(SecurityFunctionTableW, CompleteAuthToken, 64);
AT(SecurityFunctionTableW, DeleteSecurityContext, 72);
AT(SecurityFunctionTableW, ApplyControlToken, 80);
AT(SecurityFunctionTableW, QueryContextAttributesW, 88);
AT(SecurityFunctionTableW, ImpersonateSecurityContext, 96);
AT(SecurityFunctionTableW, RevertSecurityContext, 104);
AT(SecurityFunctionTableW, MakeSignature, 112);
AT(SecurityFunctionTableW, VerifySignature, 120);
AT(SecurityFunctionTableW, FreeContextBuffer, 128);
AT(SecurityFunctionTableW, QuerySecurityPackageInfoW, 136);
AT(SecurityFunctionTableW, ExportSecurityContext, 160);
AT(SecurityFunctionTableW, ImportSecurityContextW, 168);
AT(SecurityFunctionTableW, QuerySecurityContextToken, 192);
AT(SecurityFunctionTableW, EncryptMessage, 200);
AT(SecurityFunctionTableW, DecryptMessage, 208);
AT(SecurityFunctionTableW, SetContextAttributesW, 216);

VALUE(SEC_E_OK, 0);
VALUE(SEC_I_CONTINUE_NEEDED, 0x00090312);
VALUE(SEC_E_INSUFFICIENT_MEMORY, 0x80090300);
VALUE(SEC_E_INVALID_HANDLE, 0x80090301);
VALUE(SEC_E_UNSUPPORTED_FUNCTION, 0x80090302);
VALUE(SEC_E_INTERNAL_ERROR, 0x80090304);
VALUE(SEC_E_INVALID_TOKEN, 0x80090308);
VALUE(SEC_E_MESSAGE_ALTERED, 0x8009030F);
VALUE(SEC_E_INCOMPLETE_MESSAGE, 0x80090318);
VALUE(SEC_E_BUFFER_TOO_SMALL, 0x80090321);

VALUE(SECBUFFER_VERSION, 0);
VALUE(SECBUFFER_EMPTY, 0);
VALUE(SECBUFFER_DATA, 1);
VALUE(SECBUFFER_TOKEN, 2);
VALUE(SECBUFFER_MISSING, 4);
VALUE(SECBUFFER_EXTRA, 5);
VALUE(SECBUFFER_PADDING, 9);
VALUE(SECBUFFER_STREAM, 10);
VALUE(SECBUFFER_CHANNEL_BINDINGS, 14);
VALUE(SECBUFFER_CHANGE_PASS_RESPONSE, 15);
VALUE(SECBUFFER_ALERT, 17);
VALUE(SECBUFFER_APPLICATION_PROTOCOLS, 18);
VALUE(SECBUFFER_ATTRMASK, 0xF0000000);
VALUE(SECBUFFER_READONLY, 0x80000000);
VALUE(SECBUFFER_READONLY_WITH_CHECKSUM, 0x10000000);

VALUE(SECPKG_FLAG_CONNECTION, 0x10);
VALUE(SECPKG_FLAG_MULTI_REQUIRED, 0x20);
VALUE(SECPKG_CRED_INBOUND, 1);
VALUE(SECPKG_CRED_OUTBOUND, 2);
VALUE(SEC_WINNT_AUTH_IDENTITY_UNICODE, 2);
VALUE(SEC_WINNT_AUTH_IDENTITY_VERSION, 0x200);

VALUE(ISC_REQ_ALLOCATE_MEMORY, 0x100);
VALUE(ISC_RET_EXTENDED_ERROR, 0x4000);
VALUE(ASC_REQ_ALLOCATE_MEMORY, 0x100);
VALUE(ASC_RET_EXTENDED_ERROR, 0x8000);

VALUE(SECPKG_ATTR_SIZES, 0);
VALUE(SECPKG_ATTR_NAMES, 1);
VALUE(SECPKG_ATTR_LIFESPAN, 2);
VALUE(SECPKG_ATTR_STREAM_SIZES, 4);
VALUE(SECPKG_ATTR_KEY_INFO, 5);
VALUE(SECPKG_ATTR_SESSION_KEY, 9);
VALUE(SECPKG_ATTR_PACKAGE_INFO, 10);
VALUE(SECPKG_ATTR_NEGOTIATION_INFO, 12);
VALUE(SECPKG_ATTR_FLAGS, 14);
VALUE(SECPKG_CONTEXT_EXPORT_RESET_NEW, 1);
VALUE(SECPKG_CONTEXT_EXPORT_DELETE_OLD, 2);

VALUE(CP_OEMCP, 1);
VALUE(CP_UTF8, 65001);
VALUE(MB_ERR_INVALID_CHARS, 8);
VALUE(CSTR_EQUAL, 2);
VALUE(HEAP_ZERO_MEMORY, 8);
VALUE(MAX_PATH, 260);
VALUE(LOAD_LIBRARY_SEARCH_SYSTEM32, 0x800);

// Tokens and accounts.

SIZE(LUID, 8);
AT(LUID, HighPart, 4);
SIZE(SID_AND_ATTRIBUTES, 16);
AT(SID_AND_ATTRIBUTES, Attributes, 8);
SIZE(TOKEN_USER, 16);
SIZE(TOKEN_GROUPS, 24);
AT(TOKEN_GROUPS, Groups, 8);
SIZE(TOKEN_MANDATORY_LABEL, 16);
SIZE(TOKEN_ELEVATION, 4);
SIZE(TOKEN_STATISTICS, 56);
AT(TOKEN_STATISTICS, AuthenticationId, 8);
AT(TOKEN_STATISTICS, ExpirationTime, 16);
AT(TOKEN_STATISTICS, TokenType, 24);
AT(TOKEN_STATISTICS, ImpersonationLevel, 28);
AT(TOKEN_STATISTICS, GroupCount, 40);
AT(TOKEN_STATISTICS, ModifiedId, 48);
VALUE(SE_GROUP_MANDATORY, 0x1);
VALUE(SE_GROUP_ENABLED_BY_DEFAULT, 0x2);
VALUE(SE_GROUP_ENABLED, 0x4);
VALUE(SE_GROUP_OWNER, 0x8);
VALUE(SE_GROUP_USE_FOR_DENY_ONLY, 0x10);
VALUE(SE_GROUP_INTEGRITY, 0x20);
VALUE(SE_GROUP_INTEGRITY_ENABLED, 0x40);
VALUE(SE_GROUP_LOGON_ID, 0xc0000000);
VALUE(TokenPrimary, 1);
VALUE(TokenImpersonation, 2);
VALUE(SecurityAnonymous, 0);
VALUE(SecurityIdentification, 1);
VALUE(SecurityImpersonation, 2);
VALUE(SecurityDelegation, 3);
VALUE(TokenElevationTypeDefault, 1);
VALUE(TokenElevationTypeFull, 2);
VALUE(TokenElevationTypeLimited, 3);
VALUE(TokenUser, 1);
VALUE(TokenGroups, 2);
VALUE(TokenImpersonationLevel, 9);
VALUE(TokenStatistics, 10);
VALUE(TokenElevationType, 18);
VALUE(TokenElevation, 20);
VALUE(TokenIntegrityLevel, 25);
VALUE(SidTypeUser, 1);
VALUE(SidTypeGroup, 2);
VALUE(SidTypeDomain, 3);
VALUE(SidTypeAlias, 4);
VALUE(SidTypeWellKnownGroup, 5);
VALUE(TOKEN_QUERY, 0x8);
VALUE(MAXIMUM_ALLOWED, 0x2000000);
VALUE(THREAD_QUERY_INFORMATION, 0x40);
VALUE(PROCESS_DUP_HANDLE, 0x40);
VALUE(DUPLICATE_SAME_ACCESS, 0x2);

// Modules, memory and mutexes, errors.

VALUE(GET_MODULE_HANDLE_EX_FLAG_PIN, 0x1);
VALUE(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, 0x4);
VALUE(PAGE_READWRITE, 0x4);
VALUE(FILE_MAP_WRITE, 0x2);
VALUE(WAIT_OBJECT_0, 0);
VALUE(WAIT_ABANDONED, 0x80);
VALUE(WAIT_TIMEOUT, 0x102);
VALUE(ERROR_SUCCESS, 0);
VALUE(ERROR_ACCESS_DENIED, 5);
VALUE(ERROR_INVALID_HANDLE, 6);
VALUE(ERROR_NOT_ENOUGH_MEMORY, 8);
VALUE(ERROR_GEN_FAILURE, 31);
VALUE(ERROR_INVALID_PARAMETER, 87);
VALUE(ERROR_INSUFFICIENT_BUFFER, 122);
VALUE(ERROR_NO_TOKEN, 1008);
VALUE(ERROR_NONE_MAPPED, 1332);
VALUE(ERROR_INVALID_SID, 1337);
VALUE(ERROR_BAD_IMPERSONATION_LEVEL, 1346);
VALUE(ERROR_CANT_OPEN_ANONYMOUS, 1347);
