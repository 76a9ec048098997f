// As much of Windows as the addon and the scripted package use, so that they
// build for Linux and run under its sanitizers.
//
// wchar_t must have 16 bits (-fshort-wchar), so nothing here calls the wide
// functions of the C library. layout.cc holds what is written here against the
// real headers.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_WINDOWS_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_WINDOWS_H_

#include <pthread.h>

#include <cstddef>
#include <cstdint>

static_assert(sizeof(wchar_t) == 2, "-fshort-wchar");
static_assert(sizeof(void*) == 8);

// x64 has one calling convention.
#define WINAPI
#define CALLBACK
#define CDECL

// As far as an int goes the type does not matter; a `long` of Linux is longer.
using BOOL = int;
using BYTE = uint8_t;
using UINT = unsigned;
using DWORD = uint32_t;
using LONG = int32_t;
using ULONG = uint32_t;
using USHORT = uint16_t;
using LPCWSTR = const wchar_t*;
using LONGLONG = int64_t;
using ULONG_PTR = uintptr_t;
using SIZE_T = size_t;
using HANDLE = void*;
using HMODULE = struct Module*;
using FARPROC = void (*)();

#define FALSE 0
#define TRUE 1
#define MAX_PATH 260
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))

union LARGE_INTEGER {
  struct {
    DWORD LowPart;
    LONG HighPart;
  } u;
  LONGLONG QuadPart;
};

// Memory.

#define HEAP_ZERO_MEMORY 0x00000008

HANDLE GetProcessHeap();
void* HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size);
BOOL HeapFree(HANDLE heap, DWORD flags, void* memory);
void* SecureZeroMemory(void* memory, SIZE_T size);

// Handles: windows/handles.cc, and for programs without an addon
// support/tokens.cc.

#define INVALID_HANDLE_VALUE reinterpret_cast<HANDLE>(intptr_t{-1})

BOOL CloseHandle(HANDLE handle);

// Errors.

#define ERROR_SUCCESS 0u
#define ERROR_ACCESS_DENIED 5u
#define ERROR_INVALID_HANDLE 6u
#define ERROR_NOT_ENOUGH_MEMORY 8u
#define ERROR_GEN_FAILURE 31u
#define ERROR_INVALID_PARAMETER 87u
#define ERROR_INSUFFICIENT_BUFFER 122u
#define ERROR_NO_TOKEN 1008u
#define ERROR_NONE_MAPPED 1332u
#define ERROR_INVALID_SID 1337u
#define ERROR_BAD_IMPERSONATION_LEVEL 1346u
#define ERROR_CANT_OPEN_ANONYMOUS 1347u

DWORD GetLastError();
void SetLastError(DWORD error);

// Text.

#define CP_OEMCP 1
#define CP_UTF8 65001
#define MB_ERR_INVALID_CHARS 0x00000008
#define CSTR_EQUAL 2

// UTF-8, or Latin-1 for the OEM code page; with MB_ERR_INVALID_CHARS alone.
int MultiByteToWideChar(UINT code_page, DWORD flags, const char* source, int source_size,
                        wchar_t* target, int target_length);
// Of letters, those of ASCII alone are the same in both cases.
int CompareStringOrdinal(const wchar_t* one, int one_length, const wchar_t* other, int other_length,
                         BOOL ignore_case);

// Modules: secur32.dll in the system's directory, ntdll.dll of a Wine, and
// once it is pinned the addon.

#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x00000800
#define GET_MODULE_HANDLE_EX_FLAG_PIN 0x00000001
#define GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS 0x00000004

UINT GetSystemDirectoryW(wchar_t* path, UINT size);
HMODULE LoadLibraryExW(const wchar_t* path, HANDLE file, DWORD flags);
HMODULE GetModuleHandleW(const wchar_t* name);
BOOL GetModuleHandleExW(DWORD flags, LPCWSTR address, HMODULE* module);
FARPROC GetProcAddress(HMODULE module, const char* name);

// Threads.

struct SRWLOCK {
  pthread_mutex_t mutex;
};
struct CONDITION_VARIABLE {
  pthread_cond_t condition;
};
#define SRWLOCK_INIT {PTHREAD_MUTEX_INITIALIZER}
#define CONDITION_VARIABLE_INIT {PTHREAD_COND_INITIALIZER}

void AcquireSRWLockExclusive(SRWLOCK* lock);
void ReleaseSRWLockExclusive(SRWLOCK* lock);
BOOL SleepConditionVariableSRW(CONDITION_VARIABLE* condition, SRWLOCK* lock, DWORD milliseconds,
                               ULONG flags);
void WakeAllConditionVariable(CONDITION_VARIABLE* condition);
DWORD GetCurrentThreadId();
void Sleep(DWORD milliseconds);

#include <memoryapi.h>
#include <threadpoolapiset.h>
#include <winnt_tokens.h>

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_WINDOWS_H_
