// What of <windows.h> is about memory and mutexes with names, and memory that
// the system gives away.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_MEMORYAPI_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_MEMORYAPI_H_

#ifndef SECUR32_TEST_SANITIZE_WINDOWS_WINDOWS_H_
#error "include windows.h"
#endif

#define PAGE_READWRITE 0x04
#define FILE_MAP_WRITE 0x0002
#define WAIT_OBJECT_0 0u
#define WAIT_ABANDONED 0x80u
#define WAIT_TIMEOUT 0x102u

// The pages' file alone; begins as zeros.
HANDLE CreateFileMappingW(HANDLE file, void* attributes, DWORD protection, DWORD size_high,
                          DWORD size_low, LPCWSTR name);
void* MapViewOfFile(HANDLE mapping, DWORD access, DWORD offset_high, DWORD offset_low, SIZE_T size);
HANDLE CreateMutexW(void* attributes, BOOL owned, LPCWSTR name);
// Of mutexes.
DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds);
BOOL ReleaseMutex(HANDLE mutex);

void* LocalFree(void* memory);

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_MEMORYAPI_H_
