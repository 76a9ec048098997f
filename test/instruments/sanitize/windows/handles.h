// Handles: numbers in one table of the process, as on Windows. None is ever
// used twice, so that whoever uses one too late finds nothing; who closes it
// twice ends the process.
#ifndef SECUR32_TEST_SANITIZE_WINDOWS_HANDLES_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_HANDLES_H_

#include <windows.h>

#include <memory>

namespace secur32::sanitize {

enum class ObjectKind { kProcess, kThread, kToken, kMapping, kMutex };

struct Object {
  explicit Object(ObjectKind its_kind) : kind(its_kind) {}
  virtual ~Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  const ObjectKind kind;
};

HANDLE OpenHandle(std::shared_ptr<Object> object);

// nullptr if it is none that is open.
std::shared_ptr<Object> FindObject(HANDLE handle);

// nullptr, and ERROR_INVALID_HANDLE, if it is none of that kind.
template <typename Kind>
std::shared_ptr<Kind> FindOf(HANDLE handle) {
  std::shared_ptr<Object> object = FindObject(handle);
  if (object == nullptr || object->kind != Kind::kKind) {
    SetLastError(ERROR_INVALID_HANDLE);
    return nullptr;
  }
  return std::static_pointer_cast<Kind>(std::move(object));
}

// What a function returns that failed.
BOOL Fail(DWORD error);

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_HANDLES_H_
