// As much of SSPI's header as the marshalling core and the scripted package
// use. layout.cc holds it against the real one.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_SSPI_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_SSPI_H_

#include <windows.h>

#define SEC_ENTRY

using SECURITY_STATUS = LONG;
using SEC_WCHAR = wchar_t;
using TimeStamp = LARGE_INTEGER;

constexpr SECURITY_STATUS SEC_E_OK = 0;
constexpr SECURITY_STATUS SEC_I_CONTINUE_NEEDED = 0x00090312;
constexpr auto SEC_E_INSUFFICIENT_MEMORY = static_cast<SECURITY_STATUS>(0x80090300);
constexpr auto SEC_E_INVALID_HANDLE = static_cast<SECURITY_STATUS>(0x80090301);
constexpr auto SEC_E_UNSUPPORTED_FUNCTION = static_cast<SECURITY_STATUS>(0x80090302);
constexpr auto SEC_E_INTERNAL_ERROR = static_cast<SECURITY_STATUS>(0x80090304);
constexpr auto SEC_E_INVALID_TOKEN = static_cast<SECURITY_STATUS>(0x80090308);
constexpr auto SEC_E_MESSAGE_ALTERED = static_cast<SECURITY_STATUS>(0x8009030F);
constexpr auto SEC_E_BUFFER_TOO_SMALL = static_cast<SECURITY_STATUS>(0x80090321);
constexpr auto SEC_E_INCOMPLETE_MESSAGE = static_cast<SECURITY_STATUS>(0x80090318);

struct SecHandle {
  ULONG_PTR dwLower;
  ULONG_PTR dwUpper;
};
using CredHandle = SecHandle;
using PCredHandle = SecHandle*;
using CtxtHandle = SecHandle;
using PCtxtHandle = SecHandle*;

// Buffers.

#define SECBUFFER_VERSION 0
#define SECBUFFER_EMPTY 0
#define SECBUFFER_DATA 1
#define SECBUFFER_TOKEN 2
#define SECBUFFER_MISSING 4
#define SECBUFFER_EXTRA 5
#define SECBUFFER_PADDING 9
#define SECBUFFER_STREAM 10
#define SECBUFFER_CHANNEL_BINDINGS 14
#define SECBUFFER_CHANGE_PASS_RESPONSE 15
#define SECBUFFER_ALERT 17
#define SECBUFFER_APPLICATION_PROTOCOLS 18
#define SECBUFFER_ATTRMASK 0xF0000000
#define SECBUFFER_READONLY 0x80000000
#define SECBUFFER_READONLY_WITH_CHECKSUM 0x10000000

struct SecBuffer {
  ULONG cbBuffer;
  ULONG BufferType;
  void* pvBuffer;
};

struct SecBufferDesc {
  ULONG ulVersion;
  ULONG cBuffers;
  SecBuffer* pBuffers;
};

// Packages.

#define SECPKG_FLAG_CONNECTION 0x00000010
#define SECPKG_FLAG_MULTI_REQUIRED 0x00000020

struct SecPkgInfoW {
  ULONG fCapabilities;
  USHORT wVersion;
  USHORT wRPCID;
  ULONG cbMaxToken;
  SEC_WCHAR* Name;
  SEC_WCHAR* Comment;
};

// Credentials.

#define SECPKG_CRED_INBOUND 0x00000001
#define SECPKG_CRED_OUTBOUND 0x00000002

#define SEC_WINNT_AUTH_IDENTITY_UNICODE 0x2
#define SEC_WINNT_AUTH_IDENTITY_VERSION 0x200

struct SEC_WINNT_AUTH_IDENTITY_W {
  unsigned short* User;
  ULONG UserLength;
  unsigned short* Domain;
  ULONG DomainLength;
  unsigned short* Password;
  ULONG PasswordLength;
  ULONG Flags;
};

struct SEC_WINNT_AUTH_IDENTITY_EXW {
  ULONG Version;
  ULONG Length;
  unsigned short* User;
  ULONG UserLength;
  unsigned short* Domain;
  ULONG DomainLength;
  unsigned short* Password;
  ULONG PasswordLength;
  ULONG Flags;
  unsigned short* PackageList;
  ULONG PackageListLength;
};

// Contexts.

#define ISC_REQ_ALLOCATE_MEMORY 0x00000100
#define ISC_RET_EXTENDED_ERROR 0x00004000
#define ASC_REQ_ALLOCATE_MEMORY 0x00000100
#define ASC_RET_EXTENDED_ERROR 0x00008000

#define SECPKG_ATTR_SIZES 0
#define SECPKG_ATTR_NAMES 1
#define SECPKG_ATTR_LIFESPAN 2
#define SECPKG_ATTR_STREAM_SIZES 4
#define SECPKG_ATTR_KEY_INFO 5
#define SECPKG_ATTR_SESSION_KEY 9
#define SECPKG_ATTR_PACKAGE_INFO 10
#define SECPKG_ATTR_NEGOTIATION_INFO 12
#define SECPKG_ATTR_FLAGS 14

#define SECPKG_CONTEXT_EXPORT_RESET_NEW 0x00000001
#define SECPKG_CONTEXT_EXPORT_DELETE_OLD 0x00000002

struct SecPkgContext_Sizes {
  ULONG cbMaxToken;
  ULONG cbMaxSignature;
  ULONG cbBlockSize;
  ULONG cbSecurityTrailer;
};

struct SecPkgContext_StreamSizes {
  ULONG cbHeader;
  ULONG cbTrailer;
  ULONG cbMaximumMessage;
  ULONG cBuffers;
  ULONG cbBlockSize;
};

struct SecPkgContext_NamesW {
  SEC_WCHAR* sUserName;
};

struct SecPkgContext_Lifespan {
  TimeStamp tsStart;
  TimeStamp tsExpiry;
};

struct SecPkgContext_SessionKey {
  ULONG SessionKeyLength;
  unsigned char* SessionKey;
};

struct SecPkgContext_PackageInfoW {
  SecPkgInfoW* PackageInfo;
};

struct SecPkgContext_NegotiationInfoW {
  SecPkgInfoW* PackageInfo;
  ULONG NegotiationState;
};

struct SecPkgContext_Flags {
  ULONG Flags;
};

// Functions.

using SEC_GET_KEY_FN = void (*)(void*, void*, ULONG, void**, SECURITY_STATUS*);

using ENUMERATE_SECURITY_PACKAGES_FN_W = SECURITY_STATUS (*)(ULONG*, SecPkgInfoW**);
using QUERY_SECURITY_PACKAGE_INFO_FN_W = SECURITY_STATUS (*)(SEC_WCHAR*, SecPkgInfoW**);
using ACQUIRE_CREDENTIALS_HANDLE_FN_W = SECURITY_STATUS (*)(SEC_WCHAR*, SEC_WCHAR*, ULONG, void*,
                                                            void*, SEC_GET_KEY_FN, void*,
                                                            PCredHandle, TimeStamp*);
using FREE_CREDENTIALS_HANDLE_FN = SECURITY_STATUS (*)(PCredHandle);
using INITIALIZE_SECURITY_CONTEXT_FN_W = SECURITY_STATUS (*)(PCredHandle, PCtxtHandle, SEC_WCHAR*,
                                                             ULONG, ULONG, ULONG, SecBufferDesc*,
                                                             ULONG, PCtxtHandle, SecBufferDesc*,
                                                             ULONG*, TimeStamp*);
using ACCEPT_SECURITY_CONTEXT_FN = SECURITY_STATUS (*)(PCredHandle, PCtxtHandle, SecBufferDesc*,
                                                       ULONG, ULONG, PCtxtHandle, SecBufferDesc*,
                                                       ULONG*, TimeStamp*);
using COMPLETE_AUTH_TOKEN_FN = SECURITY_STATUS (*)(PCtxtHandle, SecBufferDesc*);
using DELETE_SECURITY_CONTEXT_FN = SECURITY_STATUS (*)(PCtxtHandle);
using QUERY_CONTEXT_ATTRIBUTES_FN_W = SECURITY_STATUS (*)(PCtxtHandle, ULONG, void*);
using QUERY_CREDENTIALS_ATTRIBUTES_FN_W = SECURITY_STATUS (*)(PCredHandle, ULONG, void*);
using SET_CONTEXT_ATTRIBUTES_FN_W = SECURITY_STATUS (*)(PCtxtHandle, ULONG, void*, ULONG);
using APPLY_CONTROL_TOKEN_FN = SECURITY_STATUS (*)(PCtxtHandle, SecBufferDesc*);
using ENCRYPT_MESSAGE_FN = SECURITY_STATUS (*)(PCtxtHandle, ULONG, SecBufferDesc*, ULONG);
using DECRYPT_MESSAGE_FN = SECURITY_STATUS (*)(PCtxtHandle, SecBufferDesc*, ULONG, ULONG*);
using MAKE_SIGNATURE_FN = SECURITY_STATUS (*)(PCtxtHandle, ULONG, SecBufferDesc*, ULONG);
using VERIFY_SIGNATURE_FN = SECURITY_STATUS (*)(PCtxtHandle, SecBufferDesc*, ULONG, ULONG*);
using QUERY_SECURITY_CONTEXT_TOKEN_FN = SECURITY_STATUS (*)(PCtxtHandle, HANDLE*);
using IMPERSONATE_SECURITY_CONTEXT_FN = SECURITY_STATUS (*)(PCtxtHandle);
using REVERT_SECURITY_CONTEXT_FN = SECURITY_STATUS (*)(PCtxtHandle);
using EXPORT_SECURITY_CONTEXT_FN = SECURITY_STATUS (*)(PCtxtHandle, ULONG, SecBuffer*, void**);
using IMPORT_SECURITY_CONTEXT_FN_W = SECURITY_STATUS (*)(SEC_WCHAR*, SecBuffer*, void*,
                                                         PCtxtHandle);
using FREE_CONTEXT_BUFFER_FN = SECURITY_STATUS (*)(void*);

// The members that nobody here fills have their places, and no types.
struct SecurityFunctionTableW {
  ULONG dwVersion;
  ENUMERATE_SECURITY_PACKAGES_FN_W EnumerateSecurityPackagesW;
  QUERY_CREDENTIALS_ATTRIBUTES_FN_W QueryCredentialsAttributesW;
  ACQUIRE_CREDENTIALS_HANDLE_FN_W AcquireCredentialsHandleW;
  FREE_CREDENTIALS_HANDLE_FN FreeCredentialsHandle;
  void* Reserved2;
  INITIALIZE_SECURITY_CONTEXT_FN_W InitializeSecurityContextW;
  ACCEPT_SECURITY_CONTEXT_FN AcceptSecurityContext;
  COMPLETE_AUTH_TOKEN_FN CompleteAuthToken;
  DELETE_SECURITY_CONTEXT_FN DeleteSecurityContext;
  APPLY_CONTROL_TOKEN_FN ApplyControlToken;
  QUERY_CONTEXT_ATTRIBUTES_FN_W QueryContextAttributesW;
  IMPERSONATE_SECURITY_CONTEXT_FN ImpersonateSecurityContext;
  REVERT_SECURITY_CONTEXT_FN RevertSecurityContext;
  MAKE_SIGNATURE_FN MakeSignature;
  VERIFY_SIGNATURE_FN VerifySignature;
  FREE_CONTEXT_BUFFER_FN FreeContextBuffer;
  QUERY_SECURITY_PACKAGE_INFO_FN_W QuerySecurityPackageInfoW;
  void* Reserved3;
  void* Reserved4;
  EXPORT_SECURITY_CONTEXT_FN ExportSecurityContext;
  IMPORT_SECURITY_CONTEXT_FN_W ImportSecurityContextW;
  void* AddCredentialsW;
  void* Reserved8;
  QUERY_SECURITY_CONTEXT_TOKEN_FN QuerySecurityContextToken;
  ENCRYPT_MESSAGE_FN EncryptMessage;
  DECRYPT_MESSAGE_FN DecryptMessage;
  SET_CONTEXT_ATTRIBUTES_FN_W SetContextAttributesW;
};

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_SSPI_H_
