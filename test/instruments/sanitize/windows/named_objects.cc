// Memory and mutexes that have a name in this process.
#include <windows.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "executor/lock.h"
#include "windows/handles.h"

namespace secur32::sanitize {
namespace {

struct Mapping : Object {
  static constexpr ObjectKind kKind = ObjectKind::kMapping;
  explicit Mapping(size_t size) : Object(kKind), bytes(size) {}
  std::vector<char> bytes;
};

struct Mutex : Object {
  static constexpr ObjectKind kKind = ObjectKind::kMutex;
  Mutex() : Object(kKind) {}
  SRWLOCK lock = SRWLOCK_INIT;
};

struct Names {
  Lock lock;
  // An object lives as long as a handle of it.
  std::map<std::u16string, std::weak_ptr<Object>> objects;
};

Names& TheNames() {
  static Names* const names = new Names;
  return *names;
}

// Not std::wstring: the library's wchar_t has 32 bits.
std::u16string TextOf(const wchar_t* text) {
  std::u16string copy;
  for (; *text != 0; ++text) copy.push_back(static_cast<char16_t>(*text));
  return copy;
}

template <typename Make>
HANDLE OpenNamed(const wchar_t* name, Make make) {
  Names& names = TheNames();
  const Lock::Guard guard(&names.lock);
  std::weak_ptr<Object>& named = names.objects[TextOf(name)];
  std::shared_ptr<Object> object = named.lock();
  if (object == nullptr) named = object = make();
  return OpenHandle(std::move(object));
}

}  // namespace
}  // namespace secur32::sanitize

using namespace secur32::sanitize;

HANDLE CreateFileMappingW(HANDLE, void*, DWORD, DWORD, DWORD size, LPCWSTR name) {
  return OpenNamed(name, [size] { return std::make_shared<Mapping>(size); });
}

void* MapViewOfFile(HANDLE handle, DWORD, DWORD, DWORD, SIZE_T size) {
  const std::shared_ptr<Mapping> mapping = FindOf<Mapping>(handle);
  return mapping == nullptr || size > mapping->bytes.size() ? nullptr : mapping->bytes.data();
}

HANDLE CreateMutexW(void*, BOOL, LPCWSTR name) {
  return OpenNamed(name, [] { return std::make_shared<Mutex>(); });
}

// Not how long: nobody here holds one for longer than a comparison takes.
DWORD WaitForSingleObject(HANDLE handle, DWORD) {
  const std::shared_ptr<Mutex> mutex = FindOf<Mutex>(handle);
  if (mutex == nullptr) return WAIT_TIMEOUT;
  AcquireSRWLockExclusive(&mutex->lock);
  return WAIT_OBJECT_0;
}

BOOL ReleaseMutex(HANDLE handle) {
  const std::shared_ptr<Mutex> mutex = FindOf<Mutex>(handle);
  if (mutex == nullptr) return FALSE;
  ReleaseSRWLockExclusive(&mutex->lock);
  return TRUE;
}
