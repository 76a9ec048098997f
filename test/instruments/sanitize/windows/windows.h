// As much of Windows as the marshalling core, the executor and the scripted
// package use, so that they build for Linux and run under its sanitizers.
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
#define CDECL

// As far as an int goes the type does not matter; a `long` of Linux is longer.
using BOOL = int;
using UINT = unsigned;
using DWORD = uint32_t;
using LONG = int32_t;
using ULONG = uint32_t;
using USHORT = uint16_t;
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

// Handles: the only ones are those of support/tokens.cc.

BOOL CloseHandle(HANDLE handle);

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

// Modules: secur32.dll in the system's directory, and ntdll.dll of a Wine.

#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x00000800

UINT GetSystemDirectoryW(wchar_t* path, UINT size);
HMODULE LoadLibraryExW(const wchar_t* path, HANDLE file, DWORD flags);
HMODULE GetModuleHandleW(const wchar_t* name);
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

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_WINDOWS_H_
